import type { SignedCheckpoint } from '../../bot/ports/checkpoints.ts';
import { readHead } from './audit-log.ts';
import { openReadOnly } from './open.ts';
import { treeIn } from './tree.ts';

interface SnapshotEntry {
  readonly seq: number;
  readonly bytes: Uint8Array;
}

export interface SnapshotText {
  readonly seq: number;
  readonly field: string;
  readonly salt: Uint8Array;
  /** JSON. */
  readonly value: string;
}

/** The log as it is now, whatever is written after. It MUST be closed: until then nothing of the write-ahead log can go. */
export interface LogSnapshot {
  /** Bytes that the entries from one to the other have, each with a line feed. */
  sizeOf(from: number, to: number): number;
  entries(from: number, to: number): Iterable<readonly SnapshotEntry[]>;
  /** Texts beside these entries, by seq and field. */
  texts(from: number, to: number): readonly SnapshotText[];
  /** Leaf hashes from one entry to the other, in pieces. */
  leaves(from: number, to: number): Iterable<Uint8Array>;
  checkpoints(): Iterable<SignedCheckpoint>;
  proof(seq: number, checkpoint: SignedCheckpoint): string;
  /** The canonical JSON that the action digest covers, or null where it is no longer kept. */
  actionText(request: number): string | null;
  close(): void;
}

const PAGE = 100;
const HASH_BYTES = 32;

export function openSnapshot(file: string): LogSnapshot {
  const db = openReadOnly(file);
  // It reads everything once and nothing twice, and no more memory may be needed for a long log.
  db.pragma('cache_size = -2000');
  db.exec('BEGIN');
  const head = readHead(db);
  const tree = treeIn(db, () => head);
  const size = db.prepare<[number, number], number>(
    'SELECT coalesce(sum(length(bytes) + 1), 0) FROM entries WHERE seq BETWEEN ? AND ?',
  );
  const page = db.prepare<[number, number, number], SnapshotEntry>(
    'SELECT seq, bytes FROM entries WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?',
  );
  const texts = db.prepare<[number, number], SnapshotText>(
    'SELECT seq, field, salt, value FROM disclosures WHERE seq BETWEEN ? AND ? ORDER BY seq, field',
  );
  const checkpoints = db.prepare<[number, number], SignedCheckpoint>(
    'SELECT * FROM checkpoints WHERE size > ? ORDER BY size LIMIT ?',
  );
  const action = db.prepare<[number], string>('SELECT text FROM actions WHERE number = ?').pluck();
  return {
    sizeOf: (from, to) => size.pluck().get(from, to) ?? 0,
    *entries(from, to) {
      for (let next = from; next <= to; ) {
        const rows = page.all(next, to, PAGE);
        if (rows.length === 0) return;
        yield rows;
        next = (rows.at(-1)?.seq ?? to) + 1;
      }
    },
    texts: (from, to) => texts.all(from, to),
    *leaves(from, to) {
      for (let next = from; next <= to; ) {
        const hashes = tree.leaves(next);
        const wanted = Math.min(hashes.length / HASH_BYTES, to - next + 1);
        yield hashes.subarray(0, wanted * HASH_BYTES);
        next += wanted;
      }
    },
    *checkpoints() {
      for (let above = 0; ; ) {
        const rows = checkpoints.all(above, PAGE);
        yield* rows;
        const last = rows.at(-1);
        if (last === undefined || rows.length < PAGE) return;
        above = last.size;
      }
    },
    proof: (seq, checkpoint) => tree.tlogProof(seq, checkpoint),
    actionText: (request) => action.get(request) ?? null,
    close: () => void db.close(),
  };
}
