import { expect, it } from 'vitest';
import type { Client } from '../../../bot/ports/rulebook.ts';
import {
  GROUPS,
  ONE_KEY,
  plan,
  RULES,
  type RulebookChanges,
  rule,
  TWO_KEYS,
  type Who,
} from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  anExecuting,
  comment,
  consume,
  expectProblem,
  HOUR,
  MINUTE,
  post,
  readLog,
  report,
  review,
  seeAndApprove,
  stateOf,
  storyOf,
  submit,
} from './world.ts';

it('goes on where it was: states, votes, views, the freeze, the running action', async () => {
  const keyturn = await startKeyturn();
  const half = await submit(keyturn, { action: 'db.export' }, { who: 'ci' });
  await seeAndApprove(keyturn, 'bob', half);
  await keyturn.get('carol', `/v1/requests/${half.id}/payload`);
  const running = await anExecuting(keyturn);
  await review(keyturn, 'bob', await submit(keyturn, { payload: { bad: 1 } }), 'flag');

  const after = await keyturn.restart();
  // Whoever saw all of it before the restart has still seen it.
  expect((await review(after, 'carol', half, 'approve')).body).toMatchObject({ state: 'approved' });
  expectProblem(await post(after, 'agent', { payload: {} }), 'REQUESTER_FROZEN');
  expect((await report(after, running)).body).toMatchObject({ state: 'succeeded' });
  const types = (await readLog(after)).map(({ type }) => type);
  expect(types.filter((type) => type === 'log.started')).toHaveLength(2);
});

it('repeats a consume over a restart, and releases nothing twice', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const first = await consume(keyturn, request, 'k');
  const after = await keyturn.restart();
  expect((await consume(after, request, 'k')).text).toBe(first.text);
  expectProblem(await consume(after, request, 'other'), 'ALREADY_CONSUMED');
});

it('expires, lapses and loses sight of what passed its time while nobody ran', async () => {
  const keyturn = await startKeyturn();
  const pending = await submit(keyturn, { payload: { n: 1 } });
  const approved = await anApproved(keyturn, { payload: { n: 2 } });
  const running = await anExecuting(keyturn, { payload: { n: 3 } });
  await keyturn.stop();
  keyturn.clock.advance(HOUR);
  const after = await keyturn.restart({ version: '2' });
  expect(await stateOf(after, pending)).toBe('expired');
  expect(await stateOf(after, approved)).toBe('lapsed');
  expect(await stateOf(after, running)).toBe('unknown');
});

/** The policy changes while nobody runs. */
async function reload(keyturn: TestKeyturn, changes: RulebookChanges): Promise<TestKeyturn> {
  return keyturn.restart({ version: '2', ...changes });
}

const EXPORT = { action: 'db.export' };

it('adds the seats of a stricter policy to what is pending, and takes the approval of what is approved', async () => {
  const keyturn = await startKeyturn();
  const pending = await submit(keyturn, { payload: { n: 1 } });
  const approved = await anApproved(keyturn, { payload: { n: 2 } });
  const after = await reload(keyturn, { rules: [rule('more', { plan: TWO_KEYS })] });
  expect((await after.get('bob', `/v1/requests/${pending.id}`)).body).toMatchObject({
    state: 'pending',
    waiting_for: ['dba 0/1', 'security 0/1'],
    policy: { rules: ['more'], plans: ['one-key', 'two-keys'] },
  });
  expect(await stateOf(after, approved)).toBe('revoked');
  expectProblem(await consume(after, approved), 'NOT_APPROVED');
  const revoked = (await readLog(after)).find(({ type }) => type === 'request.revoked');
  expect(revoked).toMatchObject({ actor: { kind: 'policy' }, data: { because: 'policy' } });
  expect((await seeAndApprove(after, 'bob', pending)).body).toMatchObject({ state: 'pending' });
});

it('denies what is pending or flagged, and revokes what is approved, when a deny rule matches now', async () => {
  const keyturn = await startKeyturn();
  const pending = await submit(keyturn, { payload: { n: 1 } });
  const approved = await anApproved(keyturn, { payload: { n: 2 } });
  const running = await anExecuting(keyturn, { payload: { n: 3 } });
  const flagged = await submit(keyturn, {}, { who: 'ci' });
  await review(keyturn, 'bob', flagged, 'flag');
  const after = await reload(keyturn, { rules: [rule('no', { effect: 'deny', tell: 'not any more' })] });
  expect((await after.get('agent', `/v1/requests/${pending.id}`)).body).toMatchObject({
    state: 'denied',
    tell: 'not any more',
  });
  expect(await stateOf(after, flagged)).toBe('denied');
  expect(await stateOf(after, approved)).toBe('revoked');
  expect(await stateOf(after, running)).toBe('executing');
  expectProblem(await review(after, 'bob', pending, 'approve'), 'ALREADY_RESOLVED');
});

it.each<[string, Partial<Client>]>([
  ['names the action no more', { actions: ['db.read'] }],
  ['names the target no more', { targets: ['postgres/dev/**'] }],
  ['may not act for that person any more', { mayActFor: new Set() }],
])('denies what is pending and revokes what is approved when its client %s', async (_what, client) => {
  const keyturn = await startKeyturn();
  const forEve = (n: number) => ({ on_behalf_of: 'eve', payload: { n } });
  const pending = await submit(keyturn, forEve(1));
  const approved = await anApproved(keyturn, forEve(2));
  const running = await anExecuting(keyturn, forEve(3));
  const after = await reload(keyturn, { client });
  expect(await stateOf(after, pending)).toBe('denied');
  expect(await stateOf(after, approved)).toBe('revoked');
  expectProblem(await consume(after, approved), 'NOT_APPROVED');
  expect((await report(after, running)).body).toMatchObject({ state: 'succeeded' });
});

it('denies what somebody asked who is gone from the file', async () => {
  const keyturn = await startKeyturn();
  const pending = await submit(keyturn, {}, { who: 'eve' });
  const after = await reload(keyturn, { gone: ['eve'] });
  expect((await after.get('bob', `/v1/requests/${pending.id}`)).body.state).toBe('denied');
});

it('drops the vote of somebody who left the group', async () => {
  const keyturn = await startKeyturn();
  const pending = await submit(keyturn, { ...EXPORT, payload: { n: 1 } });
  await seeAndApprove(keyturn, 'bob', pending);
  const approved = await anApproved(keyturn, { payload: { n: 2 } });
  const after = await reload(keyturn, { groups: { ...GROUPS, dba: ['alice', 'dora'] } });
  expect(await stateOf(after, approved)).toBe('revoked');
  const { body } = await after.get('carol', `/v1/requests/${pending.id}`);
  expect(body.waiting_for).toEqual(['dba 0/1', 'security 0/1']);
  expectProblem(await review(after, 'bob', pending, 'approve'), 'NOT_ELIGIBLE');
});

it('drops the vote of somebody who is gone from the file', async () => {
  const keyturn = await startKeyturn();
  const pending = await submit(keyturn, EXPORT);
  await seeAndApprove(keyturn, 'bob', pending);
  const after = await reload(keyturn, { gone: ['bob'], groups: { ...GROUPS, dba: ['alice', 'dora'] } });
  expectProblem(await after.get('bob', `/v1/requests/${pending.id}`), 'UNAUTHENTICATED');
  const { body } = await after.get('carol', `/v1/requests/${pending.id}`);
  expect(body).toMatchObject({ waiting_for: ['dba 0/1', 'security 0/1'], reviews: [{ person: 'bob' }] });
});

it('does not let people vote who joined the group after the submission', async () => {
  const keyturn = await startKeyturn();
  const old = await submit(keyturn);
  const after = await reload(keyturn, { groups: { ...GROUPS, dba: ['alice', 'bob', 'dora', 'eve'] } });
  expectProblem(await seeAndApprove(after, 'eve', old), 'NOT_ELIGIBLE');
  const fresh = await submit(after, { payload: {} });
  expect((await seeAndApprove(after, 'eve', fresh)).body).toMatchObject({ state: 'approved' });
});

it('drops the vote of somebody whom a rule excludes now', async () => {
  const keyturn = await startKeyturn();
  const approved = await anApproved(keyturn);
  const after = await reload(keyturn, {
    rules: (personOf) => [rule('not-bob', { plan: ONE_KEY, exclude: [personOf('bob')] })],
  });
  expect(await stateOf(after, approved)).toBe('revoked');
});

it('excludes whoever owns the client now, as well as whoever did when it asked', async () => {
  const keyturn = await startKeyturn();
  const pending = await submit(keyturn, { payload: { n: 1 } });
  const approved = await anApproved(keyturn, { payload: { n: 2 } });
  const after = await reload(keyturn, { owners: { agent: 'bob' } });
  expectProblem(await seeAndApprove(after, 'bob', pending), 'SELF_REVIEW');
  expectProblem(await seeAndApprove(after, 'alice', pending), 'SELF_REVIEW');
  expect(await stateOf(after, approved)).toBe('revoked');
  expect((await seeAndApprove(after, 'dora', pending)).body).toMatchObject({ state: 'approved' });
});

it('lets nobody say how it ended whom a later policy excludes or takes out of the group', async () => {
  const keyturn = await startKeyturn();
  const running = await anExecuting(keyturn, { payload: { n: 1 } });
  const after = await reload(keyturn, {
    groups: { ...GROUPS, dba: ['alice', 'bob'] },
    rules: (personOf) => [rule('not-bob', { plan: TWO_KEYS, exclude: [personOf('bob')] })],
  });
  const again = await after.restart({ version: '3', rules: [rule('later', { plan: TWO_KEYS })] });
  again.clock.advance(HOUR);
  const settle = (who: Who) => comment(again, who, 'settle', running, { status: 'succeeded' });
  expectProblem(await settle('bob'), 'SELF_REVIEW');
  expectProblem(await settle('dora'), 'NOT_ELIGIBLE');
  // Carol sits in a seat that came after it was released: it is not hers to settle.
  expectProblem(await settle('carol'), 'NOT_ELIGIBLE');
  expect(await stateOf(again, running)).toBe('unknown');
});

it('shortens times that a new policy shortens, and raises the risk that it raises', async () => {
  const keyturn = await startKeyturn();
  const pending = await submit(keyturn, { payload: { n: 1 } });
  const approved = await anApproved(keyturn, { payload: { n: 2 } });
  const hasty = plan('hasty', [['dba', 1]], { expiresAfterMs: 10 * MINUTE, usableForMs: 5 * MINUTE });
  const after = await reload(keyturn, { rules: [rule('hasty', { plan: hasty, risk: 'critical' })] });
  const { body } = await after.get('bob', `/v1/requests/${pending.id}`);
  expect([Date.parse(body.expires_at) - Date.parse(body.created_at), body.risk]).toEqual([
    10 * MINUTE,
    'critical',
  ]);
  expectProblem(await seeAndApprove(after, 'bob', pending), 'STEP_UP_REQUIRED');
  after.clock.advance(5 * MINUTE);
  expect(await stateOf(after, approved)).toBe('lapsed');
});

it.each([
  ['nothing is required any more', { rules: [rule('all', { effect: 'allow', when: () => true })] }],
  ['fewer seats are', { rules: [], default: { effect: 'require', plan: ONE_KEY } } as const],
  [
    'more time is given',
    {
      rules: [
        rule('slow', {
          match: { action: ['db.export'] },
          plan: { ...TWO_KEYS, expiresAfterMs: 9 * HOUR },
          replacesDefault: true,
        }),
      ],
    },
  ],
])('keeps what a request needed when %s', async (_what, changes) => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, EXPORT);
  await seeAndApprove(keyturn, 'bob', request);
  const after = await reload(keyturn, changes);
  const { body } = await after.get('carol', `/v1/requests/${request.id}`);
  expect(body).toMatchObject({
    state: 'pending',
    waiting_for: ['security 0/1'],
    expires_at: request.expires_at,
  });
  expect((await seeAndApprove(after, 'carol', request)).body).toMatchObject({ state: 'approved' });
});

it('does not bring back what a stricter policy took, when the old one returns', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const stricter = await reload(keyturn, { rules: [rule('more', { plan: TWO_KEYS })] });
  const again = await stricter.restart({ version: '3', rules: RULES });
  expect((await again.get('bob', `/v1/requests/${request.id}`)).body.waiting_for).toEqual([
    'dba 0/1',
    'security 0/1',
  ]);
});

it('settles and clears over a restart what was unknown and flagged before it', async () => {
  const keyturn = await startKeyturn();
  const running = await anExecuting(keyturn);
  const flagged = await submit(keyturn, {}, { who: 'ci' });
  await review(keyturn, 'bob', flagged, 'flag');
  keyturn.clock.advance(HOUR / 4);
  const after = await keyturn.restart();
  expect((await comment(after, 'dora', 'clear', flagged)).body).toMatchObject({ state: 'pending' });
  after.clock.advance(HOUR);
  expect((await comment(after, 'bob', 'settle', running, { status: 'failed' })).body).toMatchObject({
    state: 'failed',
  });
  expect(await storyOf(after, running)).toEqual(
    expect.arrayContaining(['execution.unknown', 'execution.settled']),
  );
});
