import { expect, it } from 'vitest';
import type { Store } from '../../../bot/ports/store.ts';
import { leafHash } from '../../../store/audit/entry.ts';
import { readFromLeaves, rootOf } from '../../../store/audit/merkle-proof.ts';
import { isIncluded } from '../../../store/audit/merkle-verify.ts';
import { parseTlogProof } from '../../../store/audit/tlog-proof.ts';
import { storePlace } from './a-store.ts';

const KEYTURN = { kind: 'keyturn' } as const;
const AT = Date.parse('2026-11-22T10:00:00.000Z');

async function grow(store: Store, count: number): Promise<void> {
  await store.transact((tx) => {
    for (let nth = 0; nth < count; nth += 1) tx.append({ type: 'log.stopped' }, KEYTURN, AT, null);
  });
}

const leavesOf = (store: Store) => store.committed.entries(0, 100_000).map(({ bytes }) => leafHash(bytes));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

it('has the root of RFC 6962 at every size, also over tiles and after a restart', async () => {
  const place = storePlace();
  let store = place.open();
  for (const more of [1, 254, 1, 1, 255, 256, 3]) {
    await grow(store, more);
    store.close();
    store = place.open();
    const leaves = leavesOf(store);
    const read = readFromLeaves(leaves);
    const { tree } = store.committed;
    for (const size of [1, 2, 255, 256, 257, 512, 513, leaves.length].filter((one) => one <= leaves.length)) {
      expect([size, hex(tree.root(size))]).toEqual([size, hex(rootOf(size, read))]);
    }
  }
});

it('proves any entry under any checkpoint, whether its tile is full or not', async () => {
  const store = storePlace().open();
  await grow(store, 1_000);
  const leaves = leavesOf(store);
  const { tree } = store.committed;
  for (const size of [256, 300, 768, 1_000]) {
    const root = tree.root(size);
    for (const seq of [0, 1, 127, 255, 256, 299, 511, 767, 999].filter((one) => one < size)) {
      const text = tree.tlogProof(seq, { size, root, note: 'x\n', at: AT });
      const proof = parseTlogProof(text);
      if ('why' in proof) throw new Error(proof.why);
      const leaf = leaves[seq] as Uint8Array;
      expect(isIncluded({ index: seq, size, leaf, proof: proof.hashes, root })).toBe(true);
    }
  }
});

it('forgets what a work that throws has added, also across the end of a tile', async () => {
  const store = storePlace().open();
  await grow(store, 250);
  const before = hex(store.committed.tree.root(250));
  const failed = store.transact((tx) => {
    for (let nth = 0; nth < 20; nth += 1) tx.append({ type: 'log.stopped' }, KEYTURN, AT, null);
    throw new Error('second thoughts');
  });
  await expect(failed).rejects.toThrow('second thoughts');
  expect(hex(store.committed.tree.root(250))).toBe(before);
  await grow(store, 300);
  const leaves = leavesOf(store);
  expect(hex(store.committed.tree.root(550))).toBe(hex(rootOf(550, readFromLeaves(leaves))));
});

it('gives the leaf hashes of a piece of the log, as the entries have them', async () => {
  const store = storePlace().open();
  await grow(store, 600);
  const leaves = leavesOf(store);
  for (const seq of [0, 100, 256, 511, 512, 599]) {
    const piece = store.committed.tree.leaves(seq);
    const count = Math.min(256 - (seq % 256), 600 - seq);
    expect(hex(piece)).toBe(
      leaves
        .slice(seq, seq + count)
        .map(hex)
        .join(''),
    );
  }
  expect(() => store.committed.tree.leaves(600)).toThrow('is not there any more');
});

it('refuses to start over entries that are not those that were signed last', async () => {
  const place = storePlace();
  let store = place.open();
  await grow(store, 5);
  const root = store.committed.tree.root(5);
  await store.transact((tx) => tx.keepCheckpoint({ size: 5, root, note: 'n\n', at: AT }));
  store.close();
  store = place.open();
  await store.transact((tx) => {
    tx.append({ type: 'log.stopped' }, KEYTURN, AT, null);
    tx.keepCheckpoint({ size: 6, root: Buffer.alloc(32), note: 'n\n', at: AT });
  });
  store.close();
  expect(() => place.open()).toThrow(expect.objectContaining({ code: 'LOG_TAIL_BROKEN' }));
});
