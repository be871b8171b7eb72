import type { Database } from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';
import type { CheckpointKeeping, Checkpoints, SignedCheckpoint, Tree } from '../../bot/ports/checkpoints.ts';

export function checkpointsIn(db: Database, tree: Tree): Checkpoints & CheckpointKeeping {
  const add = db.prepare('INSERT INTO checkpoints (size, root, note, at) VALUES (?, ?, ?, ?)');
  const above = db.prepare<[number, number], SignedCheckpoint>(
    'SELECT * FROM checkpoints WHERE size > ? ORDER BY size LIMIT ?',
  );
  const others = db
    .prepare<[number, string], number>(
      'SELECT EXISTS (SELECT 1 FROM entries WHERE seq >= ? AND type NOT IN (SELECT value FROM json_each(?)))',
    )
    .pluck();
  const addKey = db.prepare('INSERT INTO checkpoint_keys (since, key) VALUES (?, ?)');
  const keys = db.prepare<[], string>('SELECT key FROM checkpoint_keys ORDER BY since').pluck();
  return {
    tree,
    newestCheckpoint: newestCheckpointIn(db),
    checkpoints: (size, most) => above.all(size, most),
    checkpointKeys: () => keys.all(),
    hasOthersSince: (seq, types) => others.get(seq, JSON.stringify(types)) === 1,
    keepCheckpointKey: (since, key) => void addKey.run(since, key),
    keepCheckpoint: ({ size, root, note, at }) => void add.run(size, root, note, at),
  };
}

export function newestCheckpointIn(db: Database): () => SignedCheckpoint | null {
  const newest = db.prepare<[], SignedCheckpoint>('SELECT * FROM checkpoints ORDER BY size DESC LIMIT 1');
  return () => newest.get() ?? null;
}

/** Nothing more is signed over a log that is not the one that was signed last. */
export function checkTree({ tree, newestCheckpoint, lastSeq }: Checkpoints & { lastSeq(): number }): void {
  const checkpoint = newestCheckpoint();
  if (checkpoint === null) return;
  const { size, root } = checkpoint;
  if (size > lastSeq() + 1)
    throw new KeyturnFault(
      'LOG_TAIL_BROKEN',
      `a checkpoint was signed over ${size} entries, and the log has ${lastSeq() + 1}`,
    );
  if (Buffer.compare(tree.root(size), root) !== 0)
    throw new KeyturnFault('LOG_TAIL_BROKEN', `the first ${size} entries are not those that were signed`);
}
