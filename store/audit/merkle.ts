import { sha256 } from '../../bot/core/sha256.ts';

/** SHA-256. */
export const HASH_BYTES = 32;

/** The root of a tree that has no leaf yet (RFC 6962, section 2.1). */
const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

/** The hash over two subtrees. The byte before them keeps a node from being taken for a leaf. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  PAIR.set(left, 1);
  PAIR.set(right, 1 + HASH_BYTES);
  return sha256(PAIR);
}
const PAIR = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

/** A tree that only grows: what it keeps is one hash per bit of its size, whatever the size. */
export interface CompactRange {
  /** `seen` is told of each complete subtree that this leaf is the last one of, smallest first. */
  append(leaf: Uint8Array, seen?: (level: number, node: Uint8Array) => void): void;
  size(): number;
  root(): Uint8Array;
  /** The complete subtrees that it consists of, largest first. With `size` they are all there is to it. */
  nodes(): readonly Uint8Array[];
}

/** `nodes` are those of an earlier range of that size. */
export function createCompactRange(size = 0, nodes: readonly Uint8Array[] = []): CompactRange {
  if (nodes.length !== bitsSet(size)) throw new RangeError(`${nodes.length} nodes are no tree of ${size}`);
  const stack = [...nodes];
  let leaves = size;
  return {
    append(leaf, seen) {
      let node = leaf;
      let level = 0;
      // A set bit is a complete subtree; adding one carries over it, as in binary addition.
      for (let carry = leaves; carry % 2 === 1; carry = Math.floor(carry / 2)) {
        node = nodeHash(stack.pop() as Uint8Array, node);
        level += 1;
        seen?.(level, node);
      }
      stack.push(node);
      leaves += 1;
    },
    size: () => leaves,
    root: () => foldRight(stack),
    nodes: () => [...stack],
  };
}

/** The subtrees of one tree, left to right and each smaller than the one before, as its root. */
export function foldRight(nodes: readonly Uint8Array[]): Uint8Array {
  return nodes.length === 0 ? EMPTY_ROOT : nodes.reduceRight((right, left) => nodeHash(left, right));
}

/** Sizes may go beyond 32 bits, so they are divided and not shifted. */
function bitsSet(size: number): number {
  let bits = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  return bits;
}
