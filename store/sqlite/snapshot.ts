import { KeyturnFault } from '../../bot/core/fault.ts';
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

/** Some entries in a row. */
interface SnapshotPage {
  /** Their bytes, each with a line feed after it. */
  readonly lines: Uint8Array;
  readonly entries: readonly SnapshotEntry[];
}

/** The log as it is now, whatever is written after. It MUST be closed: until then nothing of the write-ahead log can go. */
export interface LogSnapshot {
  /** Bytes that the entries from one to the other have, each with a line feed. */
  sizeOf(from: number, to: number): number;
  entries(from: number, to: number): Iterable<SnapshotPage>;
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

type Size = readonly [seq: number, bytes: number];

interface PageRow {
  /** Null where there is no entry. */
  readonly lines: Uint8Array | null;
  readonly sizes: string;
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
  // One piece of memory a page: a piece for each entry would be the most of what a long export takes.
  // CAST changes no byte, also of what is no UTF-8.
  const page = db.prepare<[number, number, number], PageRow>(
    `SELECT CAST(group_concat(text, char(10) ORDER BY seq) || char(10) AS BLOB) AS lines,
            json_group_array(json_array(seq, size) ORDER BY seq) AS sizes
     FROM (SELECT seq, CAST(bytes AS TEXT) AS text, length(bytes) AS size FROM entries
           WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?)`,
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
        const row = page.get(next, to, PAGE);
        if (row === undefined || row.lines === null) return;
        const entries = cut(row.lines, JSON.parse(row.sizes) as readonly Size[]);
        yield { lines: row.lines, entries };
        next = (entries.at(-1)?.seq ?? to) + 1;
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

function cut(lines: Uint8Array, sizes: readonly Size[]): SnapshotEntry[] {
  let at = 0;
  const entries = sizes.map(([seq, size]) => {
    const bytes = lines.subarray(at, at + size);
    at += size + 1;
    return { seq, bytes };
  });
  if (at !== lines.length) throw new KeyturnFault('LOG_UNREADABLE', 'entries are not as long as they say');
  return entries;
}
