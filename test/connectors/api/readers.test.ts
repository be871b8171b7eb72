import { expect, it } from 'vitest';
import { z } from 'zod';
import { ClientRequestView, PayloadView, RequestView } from '../../../connectors/api/schema.ts';
import type { Who } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anExecuting,
  comment,
  consume,
  expectProblem,
  expectRefused,
  type Held,
  HOUR,
  post,
  readLog,
  report,
  review,
  seeAndApprove,
  storyOf,
  submit,
  WRONG_DIGEST,
} from './world.ts';

const STRANGERS: readonly Who[] = ['eve', 'ci'];

/** Every call about one request, with a body that is well-formed. */
const CALLS: readonly (readonly [method: 'GET' | 'POST', call: string, body: object | null])[] = [
  ['GET', '', null],
  ['GET', '?wait=30', null],
  ['GET', '/payload', null],
  ['GET', '/events', null],
  ['POST', '/cancel', {}],
  ['POST', '/clear', { comment: 'x' }],
  ['POST', '/revoke', { comment: 'x' }],
  ['POST', '/stop', { comment: 'x' }],
  ['POST', '/settle', { status: 'failed', comment: 'x' }],
  ['POST', '/consume', { action_digest: WRONG_DIGEST }],
  ['POST', '/outcome', { nonce: 'n', status: 'failed' }],
  ['POST', '/heartbeat', { nonce: 'n' }],
];
const PERSONS_ONLY = new Set(['/clear', '/revoke', '/stop', '/settle']);

function ask(keyturn: TestKeyturn, who: Who, method: string, path: string, body: object | null) {
  return method === 'GET' ? keyturn.get(who, path) : keyturn.post(who, path, body);
}

it.each(CALLS)(
  'says the same to a stranger and of nothing at all: %s /v1/requests/{id}%s',
  async (method, call, body) => {
    const keyturn = await startKeyturn();
    const { id } = await submit(keyturn);
    const nothing = `req_${'0'.repeat(32)}`;
    for (const who of STRANGERS) {
      const stranger = await ask(keyturn, who, method, `/v1/requests/${id}${call}`, body);
      const none = await ask(keyturn, who, method, `/v1/requests/${nothing}${call}`, body);
      expectProblem(stranger, PERSONS_ONLY.has(call) && who === 'ci' ? 'NOT_A_HUMAN' : 'NOT_FOUND');
      expect(stranger.text).toBe(none.text);
    }
  },
);

it('tells a stranger who votes that they are not eligible, and not what it is', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await review(keyturn, 'bob', request, 'reject');
  const answer = await review(keyturn, 'eve', request, 'approve');
  const entry = await expectRefused(keyturn, answer, 'NOT_ELIGIBLE', { type: 'review.refused', by: 'eve' });
  expect(entry.subject?.request).toBe(request.id);
  expect(Object.keys(answer.body).sort()).toEqual(['code', 'detail', 'status', 'title', 'type']);
});

it.each(['agent', 'alice', 'bob', 'carol', 'dora', 'eve'] as const)(
  'lets %s read what is theirs to read',
  async (who) => {
    const keyturn = await startKeyturn();
    const request = await submit(keyturn, { action: 'db.export', on_behalf_of: 'eve' });
    const answer = await keyturn.get(who, `/v1/requests/${request.id}`);
    expect([answer.status, answer.body.id]).toEqual([200, request.id]);
    const schema = who === 'agent' ? ClientRequestView : RequestView;
    expect(schema.parse(answer.body)).toEqual(answer.body);
    const payload = await keyturn.get(who, `/v1/requests/${request.id}/payload`);
    if (who === 'agent') expectProblem(payload, 'FORBIDDEN');
    else expect(PayloadView.parse(payload.body)).toEqual(payload.body);
  },
);

it('shows what a rule allowed or denied to its asker, the humans behind it and auditors only', async () => {
  const keyturn = await startKeyturn();
  for (const action of ['db.read', 'db.drop']) {
    const { id } = await submit(keyturn, { action, on_behalf_of: 'eve' });
    for (const who of ['agent', 'alice', 'eve', 'carol'] as const) {
      expect((await keyturn.get(who, `/v1/requests/${id}`)).status).toBe(200);
    }
    for (const who of ['bob', 'dora', 'ci'] as const)
      expectProblem(await keyturn.get(who, `/v1/requests/${id}`), 'NOT_FOUND');
  }
});

it('lets a person who asked read all of it, but not fetch the payload', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'iam.grant' }, { who: 'eve' });
  expect(
    RequestView.parse((await keyturn.get('eve', `/v1/requests/${request.id}`)).body).policy.plans,
  ).toEqual(['one-key']);
  const answer = await keyturn.get('eve', `/v1/requests/${request.id}/payload`);
  await expectRefused(keyturn, answer, 'FORBIDDEN', { type: 'client.refused', by: 'eve' });
});

it.each(['payload', 'events'])('takes no parameters where it has none: %s', async (call) => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const answer = await keyturn.get('bob', `/v1/requests/${request.id}/${call}?cut=10`);
  expectProblem(answer, 'INVALID');
  expect(answer.body.errors).toEqual([{ pointer: '/cut', detail: expect.any(String) }]);
  expect(await storyOf(keyturn, request)).not.toContain('payload.viewed');
});

it('records each look at the payload, by whom and at which view', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  expect(body).toMatchObject({
    payload: { kind: 'sql', statement: 'COPY orders TO STDOUT' },
    view: 'COPY orders TO STDOUT',
    action_digest: request.action_digest,
    redacted: [],
  });
  const viewed = (await readLog(keyturn)).filter(({ type }) => type === 'payload.viewed');
  expect(viewed).toMatchObject([{ data: { view_digest: body.view_digest } }]);
});

it('takes no look for granted that showed nothing: HEAD is refused and is no view', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  for (const call of ['/payload', '/events', '']) {
    const url = `${keyturn.url}/v1/requests/${request.id}${call}`;
    const head = await fetch(url, {
      method: 'HEAD',
      headers: { authorization: 'Bearer ktp_test_token_of_bob_0123456789' },
    });
    expect([head.status, head.headers.get('allow')]).toEqual([405, 'GET']);
  }
  expectProblem(await review(keyturn, 'bob', request, 'approve'), 'FULL_VIEW_REQUIRED');
  expect(await storyOf(keyturn, request)).not.toContain('payload.viewed');
});

const REVIEWERS_ONLY = ['risk', 'preview', 'policy', 'seats', 'excluded', 'reviews'];

/** Everything that the agent is ever answered about one request, through its whole life. */
async function allAnswers(keyturn: TestKeyturn): Promise<readonly string[]> {
  const said: string[] = [];
  const hear = async (answer: Promise<{ readonly text: string }>) => {
    said.push((await answer).text);
  };
  const changes = { action: 'db.export', reason: 'the-reason' };
  const request: Held = await submit(keyturn, changes);
  const { id } = request;
  await seeAndApprove(keyturn, 'bob', request, { comment: 'secret-comment-of-bob' });
  await hear(keyturn.get('agent', `/v1/requests/${id}`));
  await hear(post(keyturn, 'agent', changes));
  await seeAndApprove(keyturn, 'dora', request, { comment: 'secret-comment-of-dora' });
  await hear(keyturn.get('agent', '/v1/requests'));
  await hear(consume(keyturn, { id, action_digest: WRONG_DIGEST }));
  const consumed = await consume(keyturn, request);
  said.push(consumed.text);
  await hear(keyturn.post('agent', `/v1/requests/${id}/heartbeat`, { nonce: consumed.body.nonce }));
  await comment(keyturn, 'bob', 'stop', request, { comment: 'secret-stop' });
  keyturn.clock.advance(HOUR);
  await hear(report(keyturn, { id, nonce: consumed.body.nonce }, { detail: 'mine' }));
  await comment(keyturn, 'bob', 'settle', request, { status: 'failed', comment: 'secret-settlement' });
  await hear(keyturn.get('agent', `/v1/requests/${id}`));
  await hear(keyturn.post('agent', `/v1/requests/${id}/cancel`));
  await hear(report(keyturn, { id, nonce: 'wrong' }));
  return said;
}

it('shows a client no policy, no person and no comment, whatever it asks and whenever', async () => {
  const keyturn = await startKeyturn();
  const said = await allAnswers(keyturn);
  expect(said).toHaveLength(10);
  for (const text of said) {
    expect(text).not.toMatch(/bob|dora|carol|alice|psn_|secret|two-keys|one-key/);
    for (const name of REVIEWERS_ONLY) expect(text).not.toContain(`"${name}"`);
  }
});

it('tells a client who must still approve, what the policy tells, and why it was rejected', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'db.export' });
  expect(request.waiting_for).toEqual(['dba 0/1', 'security 0/1']);
  expect((await submit(keyturn, { action: 'db.drop' })).tell).toBe('Nobody drops databases');
  await review(keyturn, 'bob', request, 'reject', { comment: 'use the \u202ereplica' });
  const { body } = await keyturn.get('agent', `/v1/requests/${request.id}`);
  expect(body).toMatchObject({
    state: 'rejected',
    reject_reason: 'use the ⟦U+202E⟧replica',
    waiting_for: [],
  });
});

it('cuts a long reason of a reject between two characters', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await review(keyturn, 'bob', request, 'reject', { comment: `${'x'.repeat(499)}😀 and more` });
  const { reject_reason } = (await keyturn.get('agent', `/v1/requests/${request.id}`)).body;
  expect(reject_reason.isWellFormed()).toBe(true);
  expect(reject_reason.startsWith('x'.repeat(499))).toBe(true);
  expect(reject_reason.length).toBeLessThanOrEqual(501);
});

it('holds every answer about a request to the published schema', async () => {
  const keyturn = await startKeyturn();
  const running = await anExecuting(keyturn, { links: ['https://ci.example/8812'] });
  const page = z.strictObject({
    items: z.array(z.union([RequestView, ClientRequestView])),
    next_cursor: z.null(),
  });
  for (const who of ['agent', 'alice'] as const) {
    const { body } = await keyturn.get(who, '/v1/requests');
    expect(page.parse(body)).toEqual(body);
  }
  const done = await report(keyturn, running, { exit_code: 0 });
  expect(ClientRequestView.parse(done.body)).toEqual(done.body);
});

it('lets auditors alone read the log, in the exact bytes that were hashed, and records that they did', async () => {
  const keyturn = await startKeyturn();
  await submit(keyturn);
  for (const who of ['agent', 'alice', 'bob'] as const) {
    const answer = await keyturn.get(who, '/v1/audit/entries');
    await expectRefused(keyturn, answer, 'FORBIDDEN', { type: 'client.refused', by: who });
  }
  const page = await keyturn.get('carol', '/v1/audit/entries?from=2&limit=3');
  expect(page.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
  const stored = keyturn.keyturn.context.store.committed.entries(2, 3);
  expect(page.text).toBe(stored.map(({ bytes }) => `${Buffer.from(bytes).toString('utf8')}\n`).join(''));
  const views = (await readLog(keyturn))
    .filter(({ type }) => type === 'audit.viewed')
    .map(({ data }) => data);
  expect(views).toContainEqual({ from: 2, count: 3 });
  for (const query of ['limit=0', 'limit=1001', 'from=-1', 'from=x', 'to=5']) {
    expectProblem(await keyturn.get('carol', `/v1/audit/entries?${query}`), 'INVALID');
  }
});
