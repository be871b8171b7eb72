import { expect, it } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import type { Messenger } from '../../bot/ports/messenger.ts';
import { anApproved, review, submit } from '../connectors/api/world.ts';
import { MemoryVendor, memoryMessenger } from '../helpers/memory-face.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';

const POLICY = { notify: [toPlace('memory')] };

const drained = ({ keyturn: { context } }: TestKeyturn) =>
  until(
    () => (context.store.committed.notices(1).length === 0 ? true : null),
    () => context.store.committed.notices(9),
  );

async function open() {
  const vendor = new MemoryVendor();
  const keyturn = await startKeyturn(POLICY, {
    ports: { faces: (context) => [memoryMessenger(context, vendor)] },
  });
  const directs = () => vendor.messages.filter(({ kind }) => kind === 'direct');
  return { vendor, keyturn, directs };
}

it('tells the owner how it went, and does not tell people what they have just done themselves', async () => {
  const { keyturn, directs } = await open();
  const [first, second] = [await submit(keyturn), await submit(keyturn, { action: 'db.vacuum' })];
  await review(keyturn, 'bob', first, 'reject', { comment: 'no' });
  expect((await keyturn.post('alice', `/v1/requests/${second.id}/cancel`)).status).toBe(200);
  await drained(keyturn);
  expect(directs().map(({ request }) => request)).toEqual([first.id]);
});

it('tells nobody alone of what a rule allowed, unless it failed', async () => {
  const { keyturn, directs } = await open();
  const run = async (statement: string, status: string) => {
    const { id, action_digest } = await submit(keyturn, {
      action: 'db.read',
      payload: { kind: 'sql', statement },
    });
    const { nonce } = (await keyturn.post('agent', `/v1/requests/${id}/consume`, { action_digest })).body;
    await keyturn.post('agent', `/v1/requests/${id}/outcome`, { nonce, status });
    await drained(keyturn);
    return id;
  };
  await run('SELECT 1', 'succeeded');
  expect(directs()).toEqual([]);
  const failed = await run('SELECT 2', 'failed');
  expect(directs().map(({ request }) => request)).toEqual([failed]);
});

it('asks a face that keeps nothing for no key, puts no sending on record, and shows the same', async () => {
  const keys: (string | null)[] = [];
  const shown: string[] = [];
  const local: Messenger = {
    face: 'memory',
    keepsNothing: true,
    directPlace: () => null,
    async post(notice, { key }) {
      if (notice.kind === 'card') shown.push(notice.request);
      return { message: key };
    },
    edit: async () => 'edited',
    async find(_notice, key) {
      keys.push(key);
      return null;
    },
  };
  const keyturn = await startKeyturn(POLICY, { ports: { faces: () => [local] } });
  const { store } = keyturn.keyturn.context;
  const approved = [];
  for (const action of ['db.a', 'db.b', 'db.c']) approved.push(await anApproved(keyturn, { action }));
  await drained(keyturn);
  expect(shown.toSorted()).toEqual(approved.map(({ id }) => id).toSorted());
  expect(keys).toEqual([]);
  for (const { id } of approved) {
    expect(store.committed.cards(toPlace('memory'), id)).toHaveLength(1);
    expect(store.committed.thread(toPlace('memory'), id, 9)).toHaveLength(3);
  }
  const types = store.committed.entries(0, 500).map(({ type }) => type);
  expect(types.filter((type) => type.startsWith('notification.'))).toEqual([]);
});
