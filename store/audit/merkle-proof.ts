import { foldRight, nodeHash } from './merkle.ts';

/** The root of the complete subtree of 2^level leaves that is the `index`-th of its level. Level 0 is leaves. */
export type ReadNode = (level: number, index: number) => Uint8Array;

/** The root over the first `size` leaves. Reads one node per bit of `size`. */
export function rootOf(size: number, read: ReadNode): Uint8Array {
  return rangeHash(0, size, read);
}

/** What shows, beside the leaf, that it is the `index`-th of the first `size` (RFC 6962, section 2.1.1). */
export function inclusionProof(index: number, size: number, read: ReadNode): readonly Uint8Array[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  const path = (begin: number, end: number): Uint8Array[] => {
    if (end - begin === 1) return [];
    // Where RFC 6962 splits: at the largest power of 2 below the length.
    const middle = begin + largestPower(end - begin - 1).width;
    return index < middle
      ? [...path(begin, middle), rangeHash(middle, end, read)]
      : [...path(middle, end), rangeHash(begin, middle, read)];
  };
  return path(0, size);
}

/** What shows that the tree of `newer` leaves begins with the tree of `older` (RFC 6962, section 2.1.2). */
export function consistencyProof(older: number, newer: number, read: ReadNode): readonly Uint8Array[] {
  if (!(older > 0 && older <= newer)) throw new RangeError(`no proof from ${older} to ${newer}`);
  // `isOlder`: the subtree at hand is the whole older tree, whose root the verifier has.
  const path = (begin: number, end: number, isOlder: boolean): Uint8Array[] => {
    if (older === end) return isOlder ? [] : [rangeHash(begin, end, read)];
    const middle = begin + largestPower(end - begin - 1).width;
    return older <= middle
      ? [...path(begin, middle, isOlder), rangeHash(middle, end, read)]
      : [...path(middle, end, false), rangeHash(begin, middle, read)];
  };
  return path(0, newer, true);
}

/** Leaves that are all at hand, as something to make proofs from. */
export function readFromLeaves(leaves: readonly Uint8Array[]): ReadNode {
  const read: ReadNode = (level, index) => {
    if (level > 0) return nodeHash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1));
    const leaf = leaves[index];
    if (leaf === undefined) throw new RangeError(`no leaf ${index} among ${leaves.length}`);
    return leaf;
  };
  return read;
}

/** The root over leaves `begin` to `end`, where `begin` is a multiple of every power of 2 in the length. */
function rangeHash(begin: number, end: number, read: ReadNode): Uint8Array {
  const nodes: Uint8Array[] = [];
  for (let at = begin; at < end; ) {
    const { level, width } = largestPower(end - at);
    nodes.push(read(level, at / width));
    at += width;
  }
  return foldRight(nodes);
}

/** The largest power of 2 that is not above `size`. By doubling: a logarithm rounds near large ones. */
function largestPower(size: number): { readonly level: number; readonly width: number } {
  let level = 0;
  let width = 1;
  while (width * 2 <= size) {
    level += 1;
    width *= 2;
  }
  return { level, width };
}
