import { expect, it } from 'vitest';
import { aSubmission, startKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  consume,
  expectProblem,
  HOUR,
  post,
  readLog,
  review,
  stateOf,
  storyOf,
  submit,
} from './world.ts';

it('joins the pending request that asks exactly the same, and says so in the log', async () => {
  const keyturn = await startKeyturn();
  const first = await submit(keyturn, { reason: 'first' });
  const second = await post(keyturn, 'agent', { reason: 'second', links: ['https://ci.example/2'] });
  expect([second.status, second.body.id, second.body.reason]).toEqual([200, first.id, 'first']);
  expect(await storyOf(keyturn, first)).toEqual(['request.submitted', 'request.deduplicated']);
});

it.each([
  ['action', { action: 'db.other' }],
  ['target', { target: { system: 'postgres', environment: 'dev', resource: 'orders' } }],
  ['payload', { payload: { kind: 'sql', statement: 'COPY orders TO STDIN' } }],
  ['human', { on_behalf_of: 'alice' }],
])('does not join what has another %s', async (_what, changes) => {
  const keyturn = await startKeyturn();
  const first = await submit(keyturn);
  expect((await submit(keyturn, changes)).id).not.toBe(first.id);
});

it.each(['approved', 'rejected', 'flagged', 'cancelled', 'expired'])(
  'does not join what is %s',
  async (state) => {
    const keyturn = await startKeyturn();
    const first = state === 'approved' ? await anApproved(keyturn) : await submit(keyturn);
    if (state === 'rejected') await review(keyturn, 'bob', first, 'reject');
    if (state === 'cancelled') await keyturn.post('agent', `/v1/requests/${first.id}/cancel`);
    if (state === 'expired') keyturn.clock.advance(HOUR);
    if (state === 'flagged') {
      await review(keyturn, 'bob', first, 'flag');
      await keyturn.post('dora', '/v1/requesters/agent/clear', { comment: 'looked into it' });
    }
    expect(await stateOf(keyturn, first)).toBe(state);
    expect((await submit(keyturn)).id).not.toBe(first.id);
  },
);

it('joins again what a person has cleared', async () => {
  const keyturn = await startKeyturn();
  const first = await submit(keyturn);
  await review(keyturn, 'bob', first, 'flag');
  await keyturn.post('dora', '/v1/requesters/agent/clear', { comment: 'looked into it' });
  await keyturn.post('dora', `/v1/requests/${first.id}/clear`, { comment: 'fine' });
  const twin = await post(keyturn, 'agent');
  expect([twin.status, twin.body.id]).toEqual([200, first.id]);
});

it('keeps both when the same was asked anew before the first one was cleared', async () => {
  const keyturn = await startKeyturn();
  const first = await submit(keyturn);
  await review(keyturn, 'bob', first, 'flag');
  await keyturn.post('dora', '/v1/requesters/agent/clear', { comment: 'looked into it' });
  const second = await submit(keyturn);
  const cleared = await keyturn.post('dora', `/v1/requests/${first.id}/clear`, { comment: 'fine' });
  expect([cleared.status, cleared.body.state]).toEqual([200, 'pending']);
  expect((await post(keyturn, 'agent')).status).toBe(200);
  expect(await stateOf(keyturn, second)).toBe('pending');
});

it('detaches the joiner alone when it cancels with its key, and cancels with the last', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, {}, { key: 'first' });
  await post(keyturn, 'agent', { reason: 'too' }, 'second');
  const cancel = (key: string) =>
    keyturn.post('agent', `/v1/requests/${id}/cancel`, {}, { 'idempotency-key': key });

  expect((await cancel('second')).body).toMatchObject({ id, state: 'pending' });
  expectProblem(await cancel('second'), 'NOT_FOUND');
  expectProblem(await cancel('never'), 'NOT_FOUND');
  expect((await cancel('first')).body).toMatchObject({ state: 'cancelled' });
  expect(await storyOf(keyturn, { id })).toContain('request.detached');
});

it('cancels for all of them when it is cancelled without a key', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, {}, { key: 'first' });
  await post(keyturn, 'agent', {}, 'second');
  expect((await keyturn.post('agent', `/v1/requests/${id}/cancel`)).body).toMatchObject({
    state: 'cancelled',
  });
});

it('does not let a key cancel while a submission without one is left', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn);
  await post(keyturn, 'agent', {}, 'k');
  const cancel = await keyturn.post('agent', `/v1/requests/${id}/cancel`, {}, { 'idempotency-key': 'k' });
  expect(cancel.body).toMatchObject({ state: 'pending' });
});

it('lets one consume win among those that joined', async () => {
  const keyturn = await startKeyturn();
  await post(keyturn, 'agent', {}, 'first');
  const request = await anApproved2(keyturn);
  const answers = await Promise.all(['a', 'b', 'c'].map((key) => consume(keyturn, request, key)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
});

async function anApproved2(keyturn: Awaited<ReturnType<typeof startKeyturn>>) {
  const joined = (await post(keyturn, 'agent', {}, 'second')).body;
  await keyturn.get('bob', `/v1/requests/${joined.id}/payload`);
  expect((await review(keyturn, 'bob', joined, 'approve')).body).toMatchObject({ state: 'approved' });
  return joined;
}

it('makes one request of two that ask the same at the same time', async () => {
  const keyturn = await startKeyturn();
  const answers = await Promise.all([post(keyturn, 'agent', {}, 'a'), post(keyturn, 'agent', {}, 'b')]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
});

it('keeps the reason of a joiner out of what a client reads', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, { reason: 'first' });
  await keyturn.post('agent', '/v1/requests', aSubmission({ reason: 'the-second-reason' }));
  expect((await keyturn.get('agent', `/v1/requests/${id}`)).text).not.toContain('the-second-reason');
  // It stands beside the log, committed to, so that it can be erased.
  const joined = (await readLog(keyturn)).find(({ type }) => type === 'request.deduplicated');
  expect(JSON.stringify(joined)).not.toContain('the-second-reason');
});
