import type { Database } from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';
import type { Tree } from '../../bot/ports/checkpoints.ts';
import { type CompactRange, createCompactRange, HASH_BYTES, nodeHash } from '../audit/merkle.ts';
import { inclusionProof, type ReadNode, rootOf } from '../audit/merkle-proof.ts';
import { formatTlogProof } from '../audit/tlog-proof.ts';
import type { Head } from './audit-log.ts';

/** Entries to a row of `leaves`, and levels of the tree from one kept node to the next. */
const TILE = 256;
const TILE_LEVELS = 8;

export interface GrowingTree extends Omit<Tree, 'origin'> {
  /** With the entry, in its transaction. */
  append(leaf: Uint8Array): void;
  /** Undoes what is appended from here on, as a savepoint does. */
  mark(): () => void;
}

/**
 * The tree over the log. Its right edge is held in memory, so a root costs nothing; of the rest, one
 * node in 256 is kept, and a proof reads a few hundred hashes whatever the size. What is not kept is
 * computed from what is below it.
 */
export function treeIn(db: Database, head: () => Head): GrowingTree {
  const keepLeaves = db.prepare('INSERT INTO leaves (tile, hashes) VALUES (?, ?)');
  const keepNode = db.prepare('INSERT INTO nodes (level, idx, hash) VALUES (?, ?, ?)');
  const tile = db.prepare<[number], Uint8Array>('SELECT hashes FROM leaves WHERE tile = ?').pluck();
  const node = db
    .prepare<[number, number], Uint8Array>('SELECT hash FROM nodes WHERE level = ? AND idx = ?')
    .pluck();
  const prevs = db
    .prepare<[number, number], Uint8Array>('SELECT prev FROM entries WHERE seq > ? AND seq <= ? ORDER BY seq')
    .pluck();

  /** Hashes of entries `from` to `to`: each stands in the entry after it, the last one at the head. */
  const hashes = (from: number, to: number): Uint8Array => {
    const { seq, hash } = head();
    const read = prevs.all(from, to + 1);
    if (to === seq) read.push(hash);
    if (read.length !== to - from + 1) throw missing(from);
    return Buffer.concat(read);
  };
  const leaves = (seq: number): Uint8Array => {
    const index = Math.floor(seq / TILE);
    const last = Math.min(index * TILE + TILE - 1, head().seq);
    if (seq > last) throw missing(seq);
    const kept = tile.get(index);
    return kept === undefined ? hashes(seq, last) : kept.subarray((seq - index * TILE) * HASH_BYTES);
  };
  const read: ReadNode = (level, index) => {
    if (level === 0) return leaves(index).subarray(0, HASH_BYTES);
    const kept = level % TILE_LEVELS === 0 ? node.get(level, index) : undefined;
    if (kept !== undefined) return kept;
    if (level < TILE_LEVELS) return foldTile(leaves(index * 2 ** level), 2 ** level);
    return nodeHash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1));
  };
  const keep = (size: number) => (level: number, hash: Uint8Array) => {
    if (level % TILE_LEVELS !== 0) return;
    const index = size / 2 ** level - 1;
    if (level === TILE_LEVELS) keepLeaves.run(index, hashes(size - TILE, size - 1));
    keepNode.run(level, index, hash);
  };

  let range = openRange(head().seq + 1, read);
  return {
    append(leaf) {
      range.append(leaf, keep(range.size() + 1));
    },
    mark() {
      const [size, nodes] = [range.size(), range.nodes()];
      return () => {
        range = createCompactRange(size, nodes);
      };
    },
    root: (size) => (size === range.size() ? range.root() : rootOf(size, read)),
    tlogProof: (seq, { size, note }) =>
      formatTlogProof({ index: seq, hashes: inclusionProof(seq, size, read), checkpoint: note }),
    leaves,
  };
}

/** The complete subtrees that a log of this size consists of, largest first. */
function openRange(size: number, read: ReadNode): CompactRange {
  const nodes: Uint8Array[] = [];
  let begin = 0;
  for (let level = 52; level >= 0; level -= 1) {
    const width = 2 ** level;
    if (size - begin < width) continue;
    nodes.push(read(level, begin / width));
    begin += width;
  }
  return createCompactRange(size, nodes);
}

/** The subtree over the first `count` of these leaf hashes, a power of 2. */
function foldTile(leaves: Uint8Array, count: number): Uint8Array {
  let row = Array.from({ length: count }, (_, at) => leaves.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, at) =>
      nodeHash(row[2 * at] as Uint8Array, row[2 * at + 1] as Uint8Array),
    );
  }
  return row[0] as Uint8Array;
}

function missing(seq: number): KeyturnFault {
  return new KeyturnFault('LOG_TAIL_BROKEN', `the hash of entry ${seq} is not there any more`);
}
