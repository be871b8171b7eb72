import { expect, it } from 'vitest';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { anApproved, consume, expectProblem, post, stateOf, storyOf, submit } from './world.ts';

const TICKET = { hold: 'ticket' };

it('finds again what was approved while the caller was away, and releases it once', async () => {
  const keyturn = await startKeyturn();
  const first = await anApproved(keyturn, TICKET);
  const back = await post(keyturn, 'agent', { ...TICKET, reason: 'the same again' });
  expect([back.status, back.body.id, back.body.state]).toEqual([200, first.id, 'approved']);
  expect((await consume(keyturn, back.body)).status).toBe(200);
  expectProblem(await consume(keyturn, back.body), 'ALREADY_CONSUMED');
  // Used up: the same action once more is a request of its own.
  const third = await post(keyturn, 'agent', TICKET);
  expect([third.status, third.body.state]).toEqual([201, 'pending']);
});

it('writes nothing when it is found: taking it is what counts', async () => {
  const keyturn = await startKeyturn();
  const first = await anApproved(keyturn, TICKET);
  const before = await storyOf(keyturn, first);
  await post(keyturn, 'agent', TICKET);
  expect(await storyOf(keyturn, first)).toEqual(before);
});

it.each([
  ['the first asked without a ticket', {}, TICKET],
  ['the second asks without one', TICKET, {}],
  ['the payload is another', TICKET, { ...TICKET, payload: { kind: 'sql', statement: 'DROP TABLE orders' } }],
  ['it is for another human', TICKET, { ...TICKET, on_behalf_of: 'alice' }],
])('does not find it when %s', async (_when, first, second) => {
  const keyturn = await startKeyturn();
  const approved = await anApproved(keyturn, first);
  const back = await submit(keyturn, second);
  expect(back.id).not.toBe(approved.id);
  expect(await stateOf(keyturn, approved)).toBe('approved');
});

it('row 2: does not find what another client asked', async () => {
  const keyturn = await startKeyturn();
  const approved = await anApproved(keyturn, TICKET);
  const other = await post(keyturn, 'ci', TICKET);
  expect([other.status, other.body.id === approved.id]).toEqual([201, false]);
});

it('does not find what has lapsed', async () => {
  const keyturn = await startKeyturn();
  const approved = await anApproved(keyturn, TICKET);
  keyturn.clock.advance(16 * 60_000);
  const back = await post(keyturn, 'agent', TICKET);
  expect([back.status, back.body.state]).toEqual([201, 'pending']);
  expect(await stateOf(keyturn, approved)).toBe('lapsed');
});

it('keeps a request that one of its callers comes back for, when the one that waited is gone', async () => {
  const keyturn = await startKeyturn();
  const first = await submit(keyturn, { hold: 'wait' });
  await post(keyturn, 'agent', TICKET);
  expect(keyturn.keyturn.context.store.committed.waiting()).toEqual([]);
  expect(await stateOf(keyturn, first)).toBe('pending');
});
