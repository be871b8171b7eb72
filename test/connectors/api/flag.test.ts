import { expect, it } from 'vitest';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  anExecuting,
  comment,
  consume,
  expectProblem,
  expectRefused,
  HOUR,
  post,
  readLog,
  report,
  review,
  seeAndApprove,
  stateOf,
  storyOf,
  submit,
} from './world.ts';

const clearRequester = (
  keyturn: TestKeyturn,
  who: 'agent' | 'alice' | 'bob' | 'carol' | 'dora' | 'eve',
  more: object = { comment: 'ok' },
) => keyturn.post(who, '/v1/requesters/agent/clear', more);

it('stops this request, everything else the requester has open, and everything it would ask next', async () => {
  const keyturn = await startKeyturn();
  const [pending, approved, flagged] = [
    await submit(keyturn, { payload: { n: 1 } }),
    await anApproved(keyturn, { payload: { n: 2 } }),
    await submit(keyturn, { payload: { n: 3 } }),
  ];
  const running = await anExecuting(keyturn, { payload: { n: 4 } });
  const foreign = await submit(keyturn, {}, { who: 'ci' });

  const answer = await review(keyturn, 'bob', flagged, 'flag', { comment: 'odd' });
  expect(answer.body).toMatchObject({
    state: 'flagged',
    reviews: [{ person: 'bob', verdict: 'flag', comment: 'odd' }],
  });
  expect(await stateOf(keyturn, pending)).toBe('flagged');
  expect(await stateOf(keyturn, approved)).toBe('revoked');
  expect(await stateOf(keyturn, running)).toBe('executing');
  expect(await stateOf(keyturn, foreign)).toBe('pending');
  expectProblem(await consume(keyturn, approved), 'NOT_APPROVED');
  const next = await post(keyturn, 'agent', { payload: { n: 5 } });
  await expectRefused(keyturn, next, 'REQUESTER_FROZEN', { type: 'request.refused', by: 'agent' });
  expect((await post(keyturn, 'ci', { payload: { n: 5 } })).status).toBe(201);
  expect((await report(keyturn, running)).body).toMatchObject({ state: 'succeeded' });

  const types = (await readLog(keyturn)).map(({ type }) => type);
  expect(types.filter((type) => type === 'requester.frozen')).toHaveLength(1);
});

it('revokes what is approved and asks to stop what runs, and freezes in both cases', async () => {
  for (const make of [anApproved, anExecuting]) {
    const keyturn = await startKeyturn();
    const request = await make(keyturn);
    const { body } = await review(keyturn, 'bob', request, 'flag');
    if (make === anApproved) expect(body).toMatchObject({ state: 'revoked' });
    else expect(body).toMatchObject({ state: 'executing', execution: { stop_requested: true } });
    expectProblem(await post(keyturn, 'agent', { payload: {} }), 'REQUESTER_FROZEN');
  }
});

it('lets only a person of clear_from outside the exclusion set lift the freeze, with a comment', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { on_behalf_of: 'eve' });
  expectProblem(await clearRequester(keyturn, 'dora'), 'ALREADY_RESOLVED');
  await review(keyturn, 'bob', request, 'flag');

  expectProblem(await clearRequester(keyturn, 'agent'), 'NOT_A_HUMAN');
  expectProblem(await clearRequester(keyturn, 'alice'), 'SELF_REVIEW');
  expectProblem(await clearRequester(keyturn, 'eve'), 'SELF_REVIEW');
  const stranger = await clearRequester(keyturn, 'bob');
  await expectRefused(keyturn, stranger, 'NOT_ELIGIBLE', { type: 'client.refused', by: 'bob' });
  expectProblem(await clearRequester(keyturn, 'dora', {}), 'COMMENT_REQUIRED');
  expectProblem(await clearRequester(keyturn, 'dora', { comment: '  ' }), 'COMMENT_REQUIRED');
  expectProblem(await clearRequester(keyturn, 'dora', { comment: 'x', also: 1 }), 'INVALID');
  expectProblem(await keyturn.post('dora', '/v1/requesters/nobody/clear', { comment: 'x' }), 'NOT_FOUND');
  expectProblem(await post(keyturn, 'agent', { payload: {} }), 'REQUESTER_FROZEN');

  const cleared = await clearRequester(keyturn, 'dora');
  expect([cleared.status, cleared.body]).toEqual([200, { id: 'agent', frozen: false }]);
  expect((await post(keyturn, 'agent', { payload: {} })).status).toBe(201);
  expectProblem(await clearRequester(keyturn, 'dora'), 'ALREADY_RESOLVED');
  // What was flagged stays so until it is cleared itself.
  expect(await stateOf(keyturn, request)).toBe('flagged');
});

it('freezes a person who asks as it does a client', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, {}, { who: 'dora' });
  await review(keyturn, 'bob', request, 'flag');
  expectProblem(await post(keyturn, 'dora', { payload: {} }), 'REQUESTER_FROZEN');
  expectProblem(await keyturn.post('dora', '/v1/requesters/dora/clear', { comment: 'me' }), 'SELF_REVIEW');
  const { body } = await keyturn.post('carol', '/v1/requesters/dora/clear', { comment: 'ok' });
  expect(body).toEqual({ id: 'dora', frozen: false });
});

it('puts a flagged request back to pending by its own clear, and the votes before the flag are void', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'db.export' });
  await seeAndApprove(keyturn, 'bob', request);
  await review(keyturn, 'carol', request, 'flag');

  expectProblem(await comment(keyturn, 'agent', 'clear', request), 'NOT_A_HUMAN');
  expectProblem(await comment(keyturn, 'alice', 'clear', request), 'SELF_REVIEW');
  expectProblem(await comment(keyturn, 'bob', 'clear', request), 'NOT_ELIGIBLE');
  expectProblem(await comment(keyturn, 'eve', 'clear', request), 'NOT_FOUND');
  expectProblem(await comment(keyturn, 'dora', 'clear', request, { comment: ' ' }), 'COMMENT_REQUIRED');
  const cleared = await comment(keyturn, 'dora', 'clear', request);
  expect(cleared.body).toMatchObject({
    state: 'pending',
    waiting_for: ['dba 0/1', 'security 0/1'],
    reviews: [
      { person: 'bob', verdict: 'approve', void: true },
      { person: 'carol', verdict: 'flag', void: true },
    ],
  });
  expectProblem(await comment(keyturn, 'dora', 'clear', request), 'ALREADY_RESOLVED');

  await keyturn.post('dora', '/v1/requesters/agent/clear', { comment: 'ok' });
  expect((await seeAndApprove(keyturn, 'carol', request)).body).toMatchObject({ state: 'pending' });
  expect((await seeAndApprove(keyturn, 'bob', request)).body).toMatchObject({ state: 'approved' });
  expect((await consume(keyturn, request)).status).toBe(200);
});

it('releases nothing while the requester is frozen, also when the request itself was cleared', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await review(keyturn, 'bob', request, 'flag');
  await comment(keyturn, 'dora', 'clear', request);
  await seeAndApprove(keyturn, 'bob', request);
  const answer = await consume(keyturn, request);
  await expectRefused(keyturn, answer, 'REQUESTER_FROZEN', { type: 'grant.refused', by: 'agent' });
  await keyturn.post('dora', '/v1/requesters/agent/clear', { comment: 'ok' });
  expect((await consume(keyturn, request)).status).toBe(200);
});

it('lets neither the requester nor its owner cancel what is flagged', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, {}, { key: 'k' });
  await review(keyturn, 'bob', request, 'flag');
  for (const who of ['agent', 'alice'] as const) {
    const answer = await keyturn.post(who, `/v1/requests/${request.id}/cancel`);
    await expectRefused(keyturn, answer, 'FLAGGED', { type: 'client.refused', by: who });
  }
  expectProblem(
    await keyturn.post('agent', `/v1/requests/${request.id}/cancel`, {}, { 'idempotency-key': 'k' }),
    'FLAGGED',
  );
  expectProblem(await consume(keyturn, request), 'FLAGGED');
});

it('lets the time of a flagged request run on', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await review(keyturn, 'bob', request, 'flag');
  keyturn.clock.advance(HOUR / 2 - 1);
  expect(await stateOf(keyturn, request)).toBe('flagged');
  keyturn.clock.advance(1);
  expect(await stateOf(keyturn, request)).toBe('expired');
  expectProblem(await comment(keyturn, 'dora', 'clear', request), 'EXPIRED');
  expect(await storyOf(keyturn, request)).toContain('request.expired');
});

it('shows a flagged request to those who may lift the flag, and not before', async () => {
  const keyturn = await startKeyturn({ groups: { dba: ['alice', 'bob'], security: ['dora'] } });
  const request = await submit(keyturn);
  expectProblem(await keyturn.get('dora', `/v1/requests/${request.id}`), 'NOT_FOUND');
  await review(keyturn, 'bob', request, 'flag');
  expect((await keyturn.get('dora', `/v1/requests/${request.id}`)).status).toBe(200);
  expect((await keyturn.get('dora', `/v1/requests/${request.id}/payload`)).status).toBe(200);
  expectProblem(await keyturn.get('eve', `/v1/requests/${request.id}`), 'NOT_FOUND');
  await comment(keyturn, 'dora', 'clear', request);
  expect((await keyturn.get('dora', `/v1/requests/${request.id}`)).body).toMatchObject({ state: 'pending' });
});
