// Read by `npm run types`: each line below that compiles where it must not is an error there.
import { expect, it } from 'vitest';
import type { RequestId } from '../../bot/core/request.ts';
import type { Store } from '../../bot/ports/store.ts';

const mustNotCompile = (store: Store) => [
  // @ts-expect-error: the transaction would have committed before the promise settles.
  store.transact(async () => 1),
  // @ts-expect-error: sometimes is too often.
  store.transact((tx) => (tx.lastSeq() > 0 ? 1 : Promise.resolve(1))),
  // @ts-expect-error: what is committed can be read and not written.
  store.committed.append,
  // @ts-expect-error: any text is not an id; whoever reads one from outside says so.
  store.committed.request('req_1'),
];

const mustCompile = (store: Store) => [
  store.transact((tx) => tx.lastSeq()),
  store.transact(() => undefined),
  store.committed.request('req_1' as RequestId),
];

it('knows by its types that a work is synchronous and that reading is not writing', () => {
  expect([mustNotCompile, mustCompile]).toHaveLength(2);
});
