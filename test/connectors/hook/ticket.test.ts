import { expect, it } from 'vitest';
import { approve } from '../../helpers/start-keyturn.ts';
import { review, stateOf } from '../api/world.ts';
import { aKeyturn, type Call, decisionOf, hookInput, nthRequest, Seat } from './world.ts';

/** A hook that nobody answered in time. */
async function turnedAway(call: Call = {}) {
  const keyturn = await aKeyturn();
  const seat = new Seat(keyturn.url);
  const { stdout } = await seat.run(hookInput(call), ['--deadline', '2s']);
  const request = await nthRequest(keyturn);
  return { keyturn, seat, request, decision: decisionOf({ stdout }) };
}

it('denies at its own deadline, with a ticket, and leaves the request open', async () => {
  const { keyturn, request, decision } = await turnedAway();
  expect(decision.permissionDecision).toBe('deny');
  expect(decision.permissionDecisionReason).toContain(`Ticket ${request.id}`);
  expect(decision.permissionDecisionReason).toContain('waits for dba 0/1');
  // A caller that blocks would take it along when it leaves; this one comes back.
  await keyturn.get('agent', '/v1/requests');
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('lets the same call of a later session run by the approval that came meanwhile, once', async () => {
  const { keyturn, seat, request } = await turnedAway();
  await approve(keyturn, 'bob', request);
  const retry = await seat.run(hookInput({ session: 'session-2' }), ['--deadline', '2s']);
  expect(decisionOf(retry).permissionDecision).toBe('allow');
  expect(await stateOf(keyturn, request)).toBe('executing');
  const again = await seat.run(hookInput({ session: 'session-2' }), ['--deadline', '2s']);
  expect(decisionOf(again).permissionDecisionReason).toContain('still waits for');
  expect((await nthRequest(keyturn, 2)).id).not.toBe(request.id);
});

it('waits on with the same request while nobody has decided', async () => {
  const { keyturn, seat, request } = await turnedAway();
  const retry = seat.run(hookInput());
  await expect
    .poll(() => keyturn.keyturn.context.store.committed.request(request.id)?.submissions.length)
    .toBe(2);
  await approve(keyturn, 'bob', request);
  expect(decisionOf(await retry).permissionDecision).toBe('allow');
});

it.each<[string, Call]>([
  ['another input', { input: { command: 'dropdb orders --force', description: 'tidy up' } }],
  ['another tool', { tool: 'Shell' }],
  ['another folder', { cwd: '/srv/other' }],
])('row 1: redeems nothing with %s', async (_what, change) => {
  const { keyturn, seat, request } = await turnedAway();
  await approve(keyturn, 'bob', request);
  const retry = await seat.run(hookInput(change), ['--deadline', '2s']);
  expect(decisionOf(retry).permissionDecision).toBe('deny');
  expect(await stateOf(keyturn, request)).toBe('approved');
});

it('asks anew after a rejection', async () => {
  const { keyturn, seat, request } = await turnedAway();
  await review(keyturn, 'bob', request, 'reject');
  const retry = await seat.run(hookInput(), ['--deadline', '2s']);
  expect(decisionOf(retry).permissionDecisionReason).toContain('still waits for');
  expect((await nthRequest(keyturn, 2)).state).toBe('pending');
});
