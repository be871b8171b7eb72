import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  anExecuting,
  comment,
  consume,
  expectProblem,
  expectRefused,
  HOUR,
  MINUTE,
  readLog,
  report,
  stateOf,
  storyOf,
  submit,
  WRONG_DIGEST,
} from './world.ts';

it('releases the stored payload with a signed grant that names request, digest, nonce, end and audience', async () => {
  const keyturn = await startKeyturn();
  const payload = {
    kind: 'sql',
    statement: 'é "quoted"\n',
    list: [1, 0.5, null, true],
    constructor: {},
    toString: 1,
  };
  const request = await anApproved(keyturn, { payload });
  const { status, body } = await consume(keyturn, request);
  expect([status, body.payload]).toEqual([200, payload]);
  expect(Object.keys(body).sort()).toEqual(['grant', 'nonce', 'payload']);

  const bytes = Buffer.from(body.grant.payload, 'base64');
  expect(JSON.parse(bytes.toString('utf8'))).toEqual({
    request: request.id,
    action_digest: request.action_digest,
    nonce: body.nonce,
    expires_at: request.usable_until,
    audience: 'agent',
  });
  const type = body.grant.payloadType;
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${bytes.length} `), bytes]);
  const publicKey = createPublicKey(readFileSync(join(keyturn.dataDir, '../keys/grant.pub')));
  const signature = Buffer.from(body.grant.signatures[0].sig, 'base64');
  expect(verify('sha256', signed, publicKey, signature)).toBe(true);
  expect(await stateOf(keyturn, request)).toBe('executing');
});

it('gives a consume with the same key the same answer for 60 seconds, and no longer', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const first = await consume(keyturn, request, 'k');
  keyturn.clock.advance(60_000);
  const second = await consume(keyturn, request, 'k');
  expect([second.status, second.text]).toEqual([200, first.text]);
  expectProblem(await consume(keyturn, request, 'other'), 'ALREADY_CONSUMED');
  expectProblem(await consume(keyturn, request), 'ALREADY_CONSUMED');
  keyturn.clock.advance(1);
  expectProblem(await consume(keyturn, request, 'k'), 'ALREADY_CONSUMED');
  expect((await storyOf(keyturn, request)).filter((type) => type === 'grant.issued')).toHaveLength(1);
});

it('repeats a consume only for the digest that was released', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  await consume(keyturn, request, 'k');
  expectProblem(await consume(keyturn, { ...request, action_digest: WRONG_DIGEST }, 'k'), 'ALREADY_CONSUMED');
});

it('repeats a consume to its requester alone', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  await consume(keyturn, request, 'k');
  expectProblem(await consume(keyturn, request, 'k', 'ci'), 'NOT_FOUND');
  expectProblem(await consume(keyturn, request, 'k', 'bob'), 'NOT_YOURS_TO_RUN');
  expectProblem(await consume(keyturn, request, 'k', 'alice'), 'NOT_YOURS_TO_RUN');
});

it.each([
  ['NOT_YOURS_TO_RUN', 'a reader asks', async (k: Started) => consume(k, await anApproved(k), 'x', 'alice')],
  ['NOT_APPROVED', 'it is pending', async (k: Started) => consume(k, await submit(k))],
  ['NOT_APPROVED', 'it was denied', async (k: Started) => consume(k, await submit(k, { action: 'db.drop' }))],
  [
    'NOT_APPROVED',
    'it was revoked',
    async (k: Started) => {
      const request = await anApproved(k);
      await comment(k, 'alice', 'revoke', request);
      return consume(k, request);
    },
  ],
  [
    'EXPIRED',
    'it has lapsed',
    async (k: Started) => {
      const request = await anApproved(k);
      k.clock.advance(15 * MINUTE);
      return consume(k, request);
    },
  ],
  [
    'DIGEST_MISMATCH',
    'the digest is another one',
    async (k: Started) => consume(k, { ...(await anApproved(k)), action_digest: WRONG_DIGEST }),
  ],
  [
    'NOT_FOUND',
    'there is none',
    async (k: Started) => consume(k, { id: 'req_none', action_digest: WRONG_DIGEST }),
  ],
])('refuses a consume with %s when %s', async (code, _when, ask) => {
  const keyturn = await startKeyturn();
  expectProblem(await ask(keyturn), code);
  const refused = (await readLog(keyturn)).filter(({ type }) => type === 'grant.refused');
  expect(refused.map(({ data }) => data.code)).toEqual([code]);
});

type Started = Awaited<ReturnType<typeof startKeyturn>>;

it('takes one outcome: a repeat of the same is 200, another is refused', async () => {
  const keyturn = await startKeyturn();
  const request = await anExecuting(keyturn);
  const said = { status: 'failed', exit_code: 3, detail: 'disk' };
  const first = await report(keyturn, request, said);
  expect(first.body).toMatchObject({
    state: 'failed',
    execution: { outcome: { ...said, at: expect.any(String) } },
  });
  const again = await report(keyturn, request, said);
  expect([again.status, again.body]).toEqual([200, first.body]);
  for (const other of [{ status: 'succeeded' }, { ...said, exit_code: 4 }, { ...said, detail: 'net' }]) {
    expectProblem(await report(keyturn, request, other), 'ALREADY_RESOLVED');
  }
  expect((await storyOf(keyturn, request)).filter((type) => type.startsWith('execution.'))).toEqual([
    'execution.failed',
  ]);
});

it.each(['outcome', 'heartbeat'])(
  'refuses %s with a wrong nonce, before a consume, and from anybody else',
  async (call) => {
    const keyturn = await startKeyturn();
    const request = await anExecuting(keyturn);
    const said = call === 'outcome' ? { status: 'succeeded' } : {};
    const send = (who: Parameters<Started['post']>[0], nonce: string, id: string = request.id) =>
      keyturn.post(who, `/v1/requests/${id}/${call}`, { nonce, ...said });
    await expectRefused(keyturn, await send('agent', 'wrong'), 'FORBIDDEN', {
      type: 'client.refused',
      by: 'agent',
    });
    expectProblem(await send('bob', request.nonce), 'FORBIDDEN');
    expectProblem(await send('ci', request.nonce), 'NOT_FOUND');
    expectProblem(await send('eve', request.nonce), 'NOT_FOUND');
    const pending = await submit(keyturn, { payload: {} });
    expectProblem(await send('agent', request.nonce, pending.id), 'FORBIDDEN');
    expect(await stateOf(keyturn, request)).toBe('executing');
  },
);

it('turns unknown at the exact end of outcome_within after the last heartbeat', async () => {
  const keyturn = await startKeyturn();
  const request = await anExecuting(keyturn);
  expect(request.execution).toMatchObject({ by: 'caller', outcome: null, outcome_within: 3600 });
  keyturn.clock.advance(HOUR - 1);
  const beat = () => keyturn.post('agent', `/v1/requests/${request.id}/heartbeat`, { nonce: request.nonce });
  expect((await beat()).body).toMatchObject({ state: 'executing' });
  keyturn.clock.advance(HOUR - 1);
  expect(await stateOf(keyturn, request)).toBe('executing');
  keyturn.clock.advance(1);
  expect(await stateOf(keyturn, request)).toBe('unknown');
  // A sign of life then changes nothing.
  const late = await beat();
  expect([late.status, late.body.state]).toEqual([200, 'unknown']);
});

it('keeps a heartbeat out of the log, and the entry that the request names its own', async () => {
  const keyturn = await startKeyturn();
  const request = await anExecuting(keyturn);
  const story = await storyOf(keyturn, request);
  await submit(keyturn, { payload: { other: true } });
  const { body } = await keyturn.post('agent', `/v1/requests/${request.id}/heartbeat`, {
    nonce: request.nonce,
  });
  expect(await storyOf(keyturn, request)).toEqual(story);
  const named = (await readLog(keyturn)).find(({ seq }) => seq === body.audit_seq);
  expect(named).toMatchObject({ type: 'grant.issued', subject: { request: request.id } });
});

it('keeps a report that comes when it is unknown as evidence, and lets a person settle', async () => {
  const keyturn = await startKeyturn();
  const request = await anExecuting(keyturn);
  keyturn.clock.advance(HOUR);
  const late = await report(keyturn, request, { exit_code: 0, detail: 'done' });
  expect([late.status, late.body.state, late.body.execution.outcome]).toEqual([200, 'unknown', null]);
  expect(late.body.execution.late_reports).toMatchObject([
    { status: 'succeeded', exit_code: 0, detail: 'done' },
  ]);
  await report(keyturn, request, { exit_code: 0, detail: 'done' });
  expect((await storyOf(keyturn, request)).filter((type) => type === 'execution.late_report')).toHaveLength(
    1,
  );

  const settle = (who: 'alice' | 'bob' | 'carol' | 'agent' | 'eve', more: object = { comment: 'looked' }) =>
    keyturn.post(who, `/v1/requests/${request.id}/settle`, { status: 'succeeded', ...more });
  expectProblem(await settle('agent'), 'NOT_A_HUMAN');
  expectProblem(await settle('eve'), 'NOT_FOUND');
  expectProblem(await settle('alice'), 'SELF_REVIEW');
  expectProblem(await settle('carol'), 'NOT_ELIGIBLE');
  expectProblem(await settle('bob', {}), 'COMMENT_REQUIRED');
  expectProblem(await settle('bob', { status: 'rejected', comment: 'x' }), 'INVALID');
  const settled = await settle('bob');
  expect(settled.body).toMatchObject({
    state: 'succeeded',
    execution: { outcome: { status: 'succeeded', detail: 'looked', settled_by: 'bob' } },
  });
  expectProblem(await settle('bob'), 'ALREADY_RESOLVED');
});

it('answers an executor that says something else each time, and keeps the first ten reports of it', async () => {
  const keyturn = await startKeyturn();
  const request = await anExecuting(keyturn);
  keyturn.clock.advance(HOUR);
  for (let code = 0; code < 30; code += 1) {
    const { status, body } = await report(keyturn, request, { exit_code: code });
    expect([status, body.state]).toEqual([200, 'unknown']);
  }
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(body.execution.late_reports.map((late: { exit_code: number }) => late.exit_code)).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ]);
  expect((await storyOf(keyturn, request)).filter((type) => type === 'execution.late_report')).toHaveLength(
    10,
  );
});

it('never lets a report undo what a person settled, nor fill the log by repeating itself', async () => {
  const keyturn = await startKeyturn();
  const request = await anExecuting(keyturn);
  keyturn.clock.advance(HOUR);
  await comment(keyturn, 'bob', 'settle', request, { status: 'failed' });
  for (let times = 0; times < 3; times += 1) {
    const same = await report(keyturn, request, { status: 'failed', detail: 'late' });
    expect([same.status, same.body.state]).toEqual([200, 'failed']);
  }
  expectProblem(await report(keyturn, request, { status: 'succeeded' }), 'ALREADY_RESOLVED');
  const person = await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(person.body.execution).toMatchObject({ outcome: { status: 'failed', settled_by: 'bob' } });
  expect((await storyOf(keyturn, request)).filter((type) => type === 'execution.late_report')).toHaveLength(
    1,
  );
});

it.each([
  ['NOT_APPROVED', 'pending', (k: Started) => submit(k)],
  ['NOT_APPROVED', 'approved', (k: Started) => anApproved(k)],
  ['ALREADY_CONSUMED', 'executing', (k: Started) => anExecuting(k)],
  ['ALREADY_RESOLVED', 'over', async (k: Started) => (await report(k, await anExecuting(k))).body],
])('settles only what is unknown: %s when it is %s', async (code, _state, make) => {
  const keyturn = await startKeyturn();
  const request = await make(keyturn);
  expectProblem(await comment(keyturn, 'bob', 'settle', request, { status: 'failed' }), code);
});
