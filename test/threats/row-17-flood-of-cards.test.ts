import { expect, it } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { post } from '../connectors/api/world.ts';
import { MemoryVendor, memoryMessenger } from '../helpers/memory-face.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';

const PLACE = toPlace('memory');
const unlimited = { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } as const;

it('row 17: 200 requests at once leave a place with few cards, one digest, and the card of another requester', async () => {
  const vendor = new MemoryVendor();
  const keyturn = await startKeyturn(
    { notify: [PLACE], limits: unlimited },
    { ports: { faces: (context) => [memoryMessenger(context, vendor)] } },
  );
  const flood = Array.from({ length: 200 }, (_none, n) => post(keyturn, 'agent', { payload: { n } }));
  const quiet = post(keyturn, 'ci', { reason: 'the nightly job' });
  const { id } = (await quiet).body;
  const answers = await Promise.all(flood);
  expect(answers.every(({ status }) => status === 201)).toBe(true);
  const { committed } = keyturn.keyturn.context.store;
  await until(
    () => (committed.notices(1).length === 0 ? true : null),
    () => committed.notices(3),
  );
  const cards = vendor.in(PLACE).filter(({ kind }) => kind === 'card');
  const digests = vendor.in(PLACE).filter(({ kind }) => kind === 'digest');
  expect(cards.map(({ request }) => request)).toContain(id);
  expect(cards.length).toBeLessThanOrEqual(21);
  expect(digests).toHaveLength(1);
  expect(digests[0]?.title).toBe(`${201 - cards.length} requests came at once`);
  // Nothing is lost: each request stands on a card or in the digest, and on one of them only.
  const named = committed.digested(committed.newestDigest(PLACE)?.digest ?? '');
  expect(new Set([...named, ...cards.map(({ request }) => request)]).size).toBe(201);
  expect(named.length + cards.length).toBe(201);
});
