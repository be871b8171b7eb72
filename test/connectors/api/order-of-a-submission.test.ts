import { expect, it } from 'vitest';
import { plan, type RulebookChanges, rule } from '../../helpers/rulebook.ts';
import { type Answer, aSubmission, startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { expectProblem, expectRefused, post, readLog, review, submit } from './world.ts';

const LONELY = { groups: { dba: ['alice'], security: ['carol'] } };
const ONE_OPEN = { limits: { openPerRequester: 1, newPerMinute: 30 } };
const NO_EXPORTS: RulebookChanges = { version: '2', client: { actions: ['db.migrate'] } };

/** Another request of the agent is flagged, and so the agent is frozen. */
async function frozen(keyturn: TestKeyturn): Promise<void> {
  await review(keyturn, 'bob', await submit(keyturn, { payload: { bad: true } }), 'flag');
}

type Case = readonly [code: string, also: string, when: string, ask: () => Promise<Answer>];

/** In each case both codes apply, the first one wins, and no reachable code stands between them. */
const CASES: readonly Case[] = [
  [
    'UNAUTHENTICATED',
    'INVALID',
    'nobody sends nothing',
    async () => (await startKeyturn()).post('agent', '/v1/requests', {}, { authorization: 'Bearer no' }),
  ],
  [
    'INVALID',
    'IDEMPOTENCY_KEY_REUSED',
    'a known key comes with an undeclared environment',
    async () => {
      const keyturn = await startKeyturn();
      await submit(keyturn, {}, { key: 'k' });
      return post(
        keyturn,
        'agent',
        { target: { system: 'postgres', environment: 'Prod', resource: 'x' } },
        'k',
      );
    },
  ],
  [
    'IDEMPOTENCY_KEY_REUSED',
    'ACTION_NOT_ALLOWED',
    'a known key comes with an action that the client may not name',
    async () => {
      const keyturn = await startKeyturn();
      await submit(keyturn, {}, { key: 'k' });
      return post(keyturn, 'agent', { action: 'iam.grant' }, 'k');
    },
  ],
  [
    'ACTION_NOT_ALLOWED',
    'REQUESTER_FROZEN',
    'a frozen client names an action that it may not',
    async () => {
      const keyturn = await startKeyturn();
      await frozen(keyturn);
      return post(keyturn, 'agent', { action: 'iam.grant' });
    },
  ],
  [
    'REQUESTER_FROZEN',
    'LIMIT_REACHED',
    'a frozen client has too many open',
    async () => {
      const keyturn = await startKeyturn(ONE_OPEN);
      await frozen(keyturn);
      return post(keyturn, 'agent');
    },
  ],
  [
    'REQUESTER_FROZEN',
    'NO_ELIGIBLE_REVIEWER',
    'a frozen client asks what nobody could approve',
    async () => {
      const keyturn = await startKeyturn();
      await frozen(keyturn);
      return post(await keyturn.restart(LONELY), 'agent');
    },
  ],
  [
    'LIMIT_REACHED',
    'NO_ELIGIBLE_REVIEWER',
    'a client at its limit asks what nobody could approve',
    async () => {
      const dba3 = rule('three', { match: { action: ['db.three'] }, plan: plan('three', [['dba', 3]]) });
      const keyturn = await startKeyturn({ ...ONE_OPEN, rules: [dba3] });
      await submit(keyturn);
      return post(keyturn, 'agent', { action: 'db.three' });
    },
  ],
  [
    'NO_ELIGIBLE_REVIEWER',
    'nothing',
    'only the owner of the agent sits in the group',
    async () => post(await startKeyturn(LONELY), 'agent'),
  ],
];

it.each(CASES)('answers %s and not %s when %s', async (code, _also, _when, ask) => {
  expectProblem(await ask(), code);
});

it('replays a known key before it looks at the lists, the freeze and the limits of the client', async () => {
  const keyturn = await startKeyturn(ONE_OPEN);
  const request = await submit(keyturn, { action: 'db.export' }, { key: 'k' });
  await review(keyturn, 'bob', request, 'flag');
  const again = await post(keyturn, 'agent', { action: 'db.export' }, 'k');
  expect([again.status, again.body.id, again.body.state]).toEqual([200, request.id, 'flagged']);
  // What the client may not ask any more is denied by the start (decision 0007), and still replayed.
  const after = await keyturn.restart({ ...ONE_OPEN, ...NO_EXPORTS });
  const later = await post(after, 'agent', { action: 'db.export' }, 'k');
  expect([later.status, later.body.id, later.body.state]).toEqual([200, request.id, 'denied']);
});

it('refuses a frozen client before the rules could even deny', async () => {
  const keyturn = await startKeyturn();
  await frozen(keyturn);
  expectProblem(await post(keyturn, 'agent', { action: 'db.drop' }), 'REQUESTER_FROZEN');
  expectProblem(await post(keyturn, 'agent', { action: 'db.read' }), 'REQUESTER_FROZEN');
});

it('joins a twin before it looks at the limits', async () => {
  const keyturn = await startKeyturn(ONE_OPEN);
  const request = await submit(keyturn);
  const twin = await post(keyturn, 'agent');
  expect([twin.status, twin.body.id]).toEqual([200, request.id]);
  expectProblem(await post(keyturn, 'agent', { payload: { other: 1 } }), 'LIMIT_REACHED');
});

it('joins a twin before it asks whether the seats can still be filled', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const after = await keyturn.restart(LONELY);
  const twin = await post(after, 'agent');
  expect([twin.status, twin.body?.id]).toEqual([200, request.id]);
});

it('asks the rules before it looks for a twin: what is allowed runs each time, what is denied is denied each time', async () => {
  const keyturn = await startKeyturn();
  const ids = new Set<string>();
  for (const action of ['db.read', 'db.read', 'db.drop', 'db.drop'])
    ids.add((await submit(keyturn, { action })).id);
  expect(ids.size).toBe(4);
});

it.each([
  ['INVALID', { target: { system: 'postgres', environment: 'staging', resource: 'x' } }],
  ['ACTION_NOT_ALLOWED', { action: 'iam.grant' }],
  ['ACTION_NOT_ALLOWED', { target: { system: 'k8s', environment: 'prod', resource: 'x' } }],
])('creates nothing but an entry when it refuses with %s', async (code, changes) => {
  const keyturn = await startKeyturn();
  await expectRefused(keyturn, await post(keyturn, 'agent', changes), code, {
    type: 'request.refused',
    by: 'agent',
  });
  expect((await keyturn.get('agent', '/v1/requests')).body.items).toEqual([]);
  expect((await readLog(keyturn)).map(({ type }) => type)).not.toContain('request.submitted');
  // A refused submission burns no number.
  expect(await submit(keyturn)).toMatchObject({ number: 1 });
});

it('does not remember the key of a refused submission', async () => {
  const keyturn = await startKeyturn();
  expectProblem(await post(keyturn, 'agent', { action: 'iam.grant' }, 'k'), 'ACTION_NOT_ALLOWED');
  const answer = await post(keyturn, 'agent', {}, 'k');
  expect([answer.status, answer.body.state]).toEqual([201, 'pending']);
});

it('gives 201 also for what the policy denies or allows at once', async () => {
  const keyturn = await startKeyturn();
  expect(await submit(keyturn, { action: 'db.drop' })).toMatchObject({
    state: 'denied',
    tell: 'Nobody drops databases',
    waiting_for: [],
    resolved_at: expect.any(String),
  });
  expect(await submit(keyturn, { action: 'db.read' })).toMatchObject({
    state: 'approved',
    usable_until: expect.any(String),
  });
  expect(await submit(keyturn, { action: 'db.read', payload: { kind: 'other' } })).toMatchObject({
    state: 'pending',
  });
});

it('takes a submission of a person, who has no lists and is excluded like any requester', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'iam.grant' }, { who: 'bob' });
  expect(request).toMatchObject({
    requester: { id: 'bob', kind: 'human', verified_by: 'token' },
    excluded: [{ person: 'bob', because: 'the requester' }],
  });
  expectProblem(await review(keyturn, 'bob', request, 'approve'), 'SELF_REVIEW');
  const claim = await keyturn.post('bob', '/v1/requests', aSubmission({ on_behalf_of: 'alice' }));
  expectProblem(claim, 'INVALID');
  expect(claim.body.errors).toMatchObject([{ pointer: '/on_behalf_of' }]);
});
