import { HASH_BYTES, nodeHash } from './merkle.ts';

export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

export interface Consistency {
  readonly older: { readonly size: number; readonly root: Uint8Array };
  readonly newer: { readonly size: number; readonly root: Uint8Array };
  readonly proof: readonly Uint8Array[];
}

/** RFC 9162, section 2.1.3.2. Every hash that comes from outside is 32 bytes, or the answer is no. */
export function isIncluded({ index, size, leaf, proof, root }: Inclusion): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || ![leaf, root, ...proof].every(isHash)) return false;
  let position = index;
  let last = size - 1;
  let node = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      node = nodeHash(sibling, node);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      node = nodeHash(node, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && isSame(node, root);
}

/**
 * RFC 9162, section 2.1.4.2. That a tree begins with an empty one says nothing, so an older size of 0
 * is refused.
 */
export function isConsistent({ older, newer, proof }: Consistency): boolean {
  if (!isSize(older.size) || !isSize(newer.size) || older.size === 0 || older.size > newer.size) return false;
  if (![older.root, newer.root, ...proof].every(isHash)) return false;
  if (older.size === newer.size) return proof.length === 0 && isSame(older.root, newer.root);
  let position = older.size - 1;
  let last = newer.size - 1;
  while (position % 2 === 1) [position, last] = [half(position), half(last)];
  // A complete older tree is a node of the newer one, and then its root opens the path.
  const [begin, ...path] = position === 0 ? [older.root, ...proof] : proof;
  if (begin === undefined) return false;
  let before = begin;
  let after = begin;
  for (const sibling of path) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      after = nodeHash(after, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && isSame(before, older.root) && isSame(after, newer.root);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
