import { expect, it } from 'vitest';
import { aRequest } from '../../conformance/a-request.ts';
import { storePlace } from './a-store.ts';

it('a request that was read before is read as it is now, in what was asked and in what lives', async () => {
  const store = storePlace().open();
  const asked = aRequest();
  const read = () => store.committed.request(asked.id);
  await store.transact((tx) => tx.insert(asked, '{}', 'twin'));
  expect(read()?.tell).toBe(asked.tell);
  const stricter = { ...asked, demands: { ...asked.demands, usableForMs: 1 } };
  await store.transact((tx) => tx.update(stricter, asked));
  expect(read()?.demands.usableForMs).toBe(1);
  const told = { ...stricter, tell: 'told by now' };
  await store.transact((tx) => tx.update(told, stricter));
  expect(read()?.tell).toBe('told by now');
  const fault = new Error('undone');
  const undone = store.transact((tx) => {
    tx.update({ ...told, tell: 'never' }, told);
    expect(tx.request(asked.id)?.tell).toBe('never');
    throw fault;
  });
  await expect(undone).rejects.toBe(fault);
  expect(read()?.tell).toBe('told by now');
  store.close();
});
