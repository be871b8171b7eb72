import { expect, it } from 'vitest';
import { compileWindows } from '../../bot/cron.ts';
import { glassRule, seeAndBreak } from '../connectors/api/glass.ts';
import {
  anApproved,
  consume,
  expectProblem,
  HOUR,
  MINUTE,
  readLog,
  seeAndApprove,
  stateOf,
  submit,
} from '../connectors/api/world.ts';
import { GROUPS, ONE_KEY, plan, type RulebookChanges, rule, TWO_KEYS } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

const EXPORT = { action: 'db.export' };

it.each<[string, RulebookChanges]>([
  ['drops the second key', { rules: [rule('one', { plan: ONE_KEY, replacesDefault: true })] }],
  ['allows it outright', { rules: [rule('all', { effect: 'allow', when: () => true })] }],
  ['lets the asker into the group', { groups: { ...GROUPS, security: ['alice', 'eve'] } }],
  ['gives the agent to somebody else', { owners: { agent: 'eve' } }],
  ['lets anybody break the glass', { breakGlass: [glassRule({ who: ['dba', 'security'], reasonMin: 1 })] }],
  [
    'gives it a week',
    {
      default: { effect: 'require', plan: plan('slow', [['dba', 1]], { expiresAfterMs: 168 * HOUR }) },
      rules: [],
    },
  ],
])('row 16: a policy that %s loosens nothing of what already waits', async (_what, changes) => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, EXPORT);
  await seeAndApprove(keyturn, 'bob', request);
  await keyturn.reload({ version: '2', ...changes });
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(body).toMatchObject({
    state: 'pending',
    waiting_for: ['security 0/1'],
    expires_at: request.expires_at,
  });
  expectProblem(await seeAndApprove(keyturn, 'alice', request), 'SELF_REVIEW');
  expectProblem(await seeAndApprove(keyturn, 'eve', request), 'NOT_ELIGIBLE');
  const broken = await seeAndBreak(keyturn, 'bob', request);
  expect(broken.body.code).toBe('NOT_ELIGIBLE');
  expectProblem(await consume(keyturn, request), 'NOT_APPROVED');
});

it('row 16: an approver who is removed after voting no longer counts, before and after the approval', async () => {
  const keyturn = await startKeyturn();
  const half = await submit(keyturn, EXPORT);
  await seeAndApprove(keyturn, 'bob', half);
  const approved = await anApproved(keyturn, { payload: { n: 2 } });
  await keyturn.reload({ version: '2', gone: ['bob'], groups: { ...GROUPS, dba: ['alice', 'dora'] } });
  expect((await seeAndApprove(keyturn, 'carol', half)).body).toMatchObject({
    state: 'pending',
    waiting_for: ['dba 0/1'],
  });
  expectProblem(await consume(keyturn, approved), 'NOT_APPROVED');
  expect(await stateOf(keyturn, approved)).toBe('revoked');
});

it('row 16: a freeze that starts after the approval holds the action, also one that a reload brings', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const today = compileWindows('0 0 * * *', 24 * HOUR, 'UTC');
  if (!today.ok) throw new Error(today.problem);
  const freezes = [{ id: 'today', match: {}, windows: today.windows }];
  await keyturn.reload({ version: '2', freezes });
  expectProblem(await consume(keyturn, request), 'FREEZE_IN_FORCE');
  expect(await stateOf(keyturn, request)).toBe('approved');
  // The policy in force says when nothing may run; a freeze that an operator lifts is over.
  await keyturn.reload({ version: '3' });
  expect((await consume(keyturn, request)).status).toBe(200);
});

it('row 16: each review and each release names the policy that it was judged by, the one in force', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, EXPORT);
  await seeAndApprove(keyturn, 'bob', request);
  await keyturn.reload({ version: '2' });
  await seeAndApprove(keyturn, 'carol', request);
  await keyturn.reload({ version: '3' });
  expect((await consume(keyturn, request)).status).toBe(200);
  const log = (await readLog(keyturn)) as readonly (Awaited<ReturnType<typeof readLog>>[number] & {
    subject?: { policy: string };
  })[];
  const judged = log
    .filter(({ type }) => type === 'review.recorded' || type === 'grant.issued')
    .map(({ type, subject }) => `${type} ${subject?.policy.slice(-1)}`);
  expect(judged).toEqual(['review.recorded 1', 'review.recorded 2', 'grant.issued 3']);
});

it('row 16: two policies that loosen by turns loosen nothing together', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await keyturn.reload({ version: '2', rules: [rule('two', { plan: TWO_KEYS })] });
  const hasty = plan('hasty', [['dba', 1]], { expiresAfterMs: 10 * MINUTE });
  await keyturn.reload({ version: '3', rules: [rule('hasty', { plan: hasty })] });
  await keyturn.reload({ version: '1' });
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(body.waiting_for).toEqual(['dba 0/1', 'security 0/1']);
  expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(10 * MINUTE);
});
