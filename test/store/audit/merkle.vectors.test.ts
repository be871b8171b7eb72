import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leafHash } from '../../../store/audit/entry.ts';
import { createCompactRange } from '../../../store/audit/merkle.ts';
import {
  consistencyProof,
  inclusionProof,
  readFromLeaves,
  rootOf,
} from '../../../store/audit/merkle-proof.ts';
import { isConsistent, isIncluded } from '../../../store/audit/merkle-verify.ts';
import { sharedDir, skipUnless } from '../../helpers/require.ts';

const vectors = join(sharedDir() ?? '', 'vectors');
const hasVectors = sharedDir() !== null;

interface Proof {
  readonly proof: readonly string[] | null;
  readonly desc: string;
  readonly wantErr: boolean;
}

function readProofs<T>(kind: string): readonly (T & Proof & { readonly file: string })[] {
  const folder = join(vectors, 'transparency-dev-merkle/testdata', kind);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ file, ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as T & Proof) }));
}

const fromBase64 = (text: string) => Buffer.from(text, 'base64');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

it('answers each inclusion proof of transparency-dev/merkle as they do', (context) => {
  skipUnless(context, 'shared', hasVectors);
  interface Case {
    readonly leafIdx: number;
    readonly treeSize: number;
    readonly root: string;
    readonly leafHash: string;
  }
  const cases = readProofs<Case>('inclusion');
  expect(cases.length).toBe(98);
  const wrong = cases.filter(({ leafIdx, treeSize, root, leafHash: leaf, proof, wantErr }) => {
    const hashes = (proof ?? []).map(fromBase64);
    const is = isIncluded({
      index: leafIdx,
      size: treeSize,
      leaf: fromBase64(leaf),
      proof: hashes,
      root: fromBase64(root),
    });
    return is === wantErr;
  });
  expect(wrong.map(({ file, desc }) => `${file}: ${desc}`)).toEqual([]);
});

it('answers each consistency proof as they do, but for one whose roots are no hashes', (context) => {
  skipUnless(context, 'shared', hasVectors);
  interface Case {
    readonly size1: number;
    readonly size2: number;
    readonly root1: string;
    readonly root2: string;
  }
  const cases = readProofs<Case>('consistency');
  expect(cases.length).toBe(98);
  const wrong = cases.filter(({ size1, size2, root1, root2, proof, wantErr }) => {
    const older = { size: size1, root: fromBase64(root1) };
    const newer = { size: size2, root: fromBase64(root2) };
    return isConsistent({ older, newer, proof: (proof ?? []).map(fromBase64) }) === wantErr;
  });
  expect(wrong.map(({ file }) => file)).toEqual([
    join('additional', 'sizes-are-equal-one-and-proof-is-empty.json'),
  ]);
});

it('builds the reference tree of Certificate Transparency, at every size', (context) => {
  skipUnless(context, 'shared', hasVectors);
  const tree = JSON.parse(readFileSync(join(vectors, 'rfc6962/ct-reference-tree.json'), 'utf8')) as {
    readonly leafInputsHex: readonly string[];
    readonly nodeHashes: readonly (readonly string[])[];
    readonly rootsBySizeHex: readonly string[];
  };
  const leaves = tree.leafInputsHex.map((input) => leafHash(Buffer.from(input, 'hex')));
  expect(leaves.map(hex)).toEqual(tree.nodeHashes[0]);
  const read = readFromLeaves(leaves);
  const nodes = tree.nodeHashes.map((row, level) => row.map((_, index) => hex(read(level, index))));
  expect(nodes).toEqual(tree.nodeHashes);
  const grown = createCompactRange();
  const roots = tree.rootsBySizeHex.map((_, size) => {
    const leaf = leaves[size - 1];
    if (leaf !== undefined) grown.append(leaf);
    return { grown: hex(grown.root()), computed: hex(rootOf(size, read)) };
  });
  expect(roots).toEqual(tree.rootsBySizeHex.map((root) => ({ grown: root, computed: root })));
});

it('hashes and proves every subtree of 130 leaves to the accumulated sums', (context) => {
  skipUnless(context, 'shared', hasVectors);
  const { sha256 } = JSON.parse(readFileSync(join(vectors, 'rfc6962/subtree-accumulated.json'), 'utf8')) as {
    readonly sha256: Readonly<Record<'SubtreeHash' | 'SubtreeInclusionProof', string>>;
  };
  const leaves = Array.from({ length: 130 }, (_, index) => leafHash(Buffer.of(index)));
  const hashes = createHash('sha256');
  const proofs = createHash('sha256');
  for (let end = 0; end <= 130; end += 1) {
    for (let start = 0; start <= end; start += 1) {
      if (!isSubtree(start, end)) continue;
      const part = leaves.slice(start, end);
      const read = readFromLeaves(part);
      hashes.update(`[${start}, ${end}) ${hex(rootOf(part.length, read))}\n`);
      for (let index = start; index < end; index += 1) {
        const proof = inclusionProof(index - start, part.length, read).map((hash) => ` ${hex(hash)}`);
        proofs.update(`${index} [${start}, ${end})${proof.join('')}\n`);
      }
    }
  }
  expect(hashes.digest('hex')).toBe(sha256.SubtreeHash);
  expect(proofs.digest('hex')).toBe(sha256.SubtreeInclusionProof);
});

function isSubtree(start: number, end: number): boolean {
  let width = 1;
  while (width < end - start) width *= 2;
  return start === 0 || start === end || start % width === 0;
}

it('proves every leaf and every earlier size of every tree up to 70 leaves, and no other', () => {
  const leaves = Array.from({ length: 70 }, (_, index) => leafHash(Buffer.of(index)));
  const read = readFromLeaves(leaves);
  for (let size = 1; size <= leaves.length; size += 1) {
    const root = rootOf(size, read);
    for (let index = 0; index < size; index += 1) {
      const proof = inclusionProof(index, size, read);
      const leaf = leaves[index] as Uint8Array;
      expect(isIncluded({ index, size, leaf, proof, root })).toBe(true);
      expect(isIncluded({ index: (index + 1) % 71, size, leaf, proof, root })).toBe(false);
      const older = { size: index + 1, root: rootOf(index + 1, read) };
      const path = consistencyProof(index + 1, size, read);
      expect(isConsistent({ older, newer: { size, root }, proof: path })).toBe(true);
      const other = { size: index + 1, root: leafHash(Buffer.of(200)) };
      expect(isConsistent({ older: other, newer: { size, root }, proof: path })).toBe(false);
    }
  }
});

it('goes on from the nodes of an earlier range as if it had never stopped', () => {
  const leaves = Array.from({ length: 100 }, (_, index) => leafHash(Buffer.of(index)));
  const read = readFromLeaves(leaves);
  let range = createCompactRange();
  for (const leaf of leaves) {
    range = createCompactRange(range.size(), range.nodes());
    range.append(leaf);
    expect(hex(range.root())).toBe(hex(rootOf(range.size(), read)));
  }
  expect(() => createCompactRange(3, [])).toThrow('no tree of 3');
});
