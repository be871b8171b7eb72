import { describe, expect, it } from 'vitest';
import type { CalendarFreeze } from '../../../bot/core/calendar-freeze.ts';
import { compileWindows } from '../../../bot/cron.ts';
import { plan, RULES, type RulebookChanges, rule } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  anExecuting,
  comment,
  consume,
  expectProblem,
  expectRefused,
  HOUR,
  MINUTE,
  post,
  readLog,
  report,
  review,
  seeAndApprove,
  stateOf,
  submit,
} from './world.ts';

function freeze(
  id: string,
  cron: string,
  lengthMs: number,
  match: CalendarFreeze['match'] = {},
): CalendarFreeze {
  const compiled = compileWindows(cron, lengthMs, 'UTC');
  if (!compiled.ok) throw new Error(compiled.problem);
  return { id, match, windows: compiled.windows };
}

/** The tests' clock begins on Sunday 2026-11-22 at 10:00 UTC. */
const FROM_10_20 = freeze('twenty-past', '20 10 * * *', HOUR, { environment: ['prod'] });
const NOW = freeze('sunday', '0 0 * * SUN', 24 * HOUR, { environment: ['prod'] });
const SLOW: RulebookChanges['default'] = {
  effect: 'require',
  plan: plan('one-key', [['dba', 1]], { expiresAfterMs: 9 * HOUR, usableForMs: 3 * HOUR }),
};

const firm = (freezes: readonly CalendarFreeze[], more: RulebookChanges = {}) =>
  startKeyturn({ freezes, default: SLOW, ...more });

const until = (keyturn: TestKeyturn, ms: number) => keyturn.clock.advance(ms);

describe('a submission during a calendar freeze', () => {
  it('is refused with the seconds that are left, and creates nothing', async () => {
    const keyturn = await firm([NOW]);
    const answer = await post(keyturn, 'agent');
    await expectRefused(keyturn, answer, 'FREEZE_IN_FORCE', { type: 'request.refused', by: 'agent' });
    expect(answer.headers.get('retry-after')).toBe(String(14 * 3600));
    expect((await keyturn.get('carol', '/v1/requests')).body.items).toEqual([]);
    until(keyturn, 14 * HOUR);
    expect((await post(keyturn, 'agent')).status).toBe(201);
  });

  it.each([
    ['a rule denies', { action: 'db.drop' }],
    ['a rule allows', { action: 'db.read' }],
    ['nobody could approve', { action: 'db.lonely' }],
  ])('is refused for the freeze also where %s', async (_what, changes) => {
    const lonely = rule('lonely', {
      match: { action: ['db.lonely'] },
      plan: plan('lonely', [['nobody', 1]]),
      replacesDefault: true,
    });
    const keyturn = await firm([NOW], { rules: [...RULES, lonely] });
    expectProblem(await post(keyturn, 'agent', changes), 'FREEZE_IN_FORCE');
  });

  it('is refused for what comes before the freeze in the order of the contract', async () => {
    const keyturn = await firm([FROM_10_20], { limits: { openPerRequester: 1, newPerMinute: 30 } });
    const waiting = await submit(keyturn);
    until(keyturn, 21 * MINUTE);
    expectProblem(
      await post(keyturn, 'agent', { target: { system: 'postgres', environment: 'moon', resource: 'x' } }),
      'INVALID',
    );
    expectProblem(await post(keyturn, 'agent', { action: 'iam.grant' }), 'ACTION_NOT_ALLOWED');
    // The same again joins what waits already: nothing new is asked.
    const joined = await post(keyturn, 'agent');
    expect([joined.status, joined.body.id]).toEqual([200, waiting.id]);
    expectProblem(await post(keyturn, 'agent', { payload: { n: 2 } }), 'LIMIT_REACHED');
    await review(keyturn, 'bob', waiting, 'flag');
    expectProblem(await post(keyturn, 'agent', { payload: { n: 2 } }), 'REQUESTER_FROZEN');
  });

  it('is let in where the freeze is for something else', async () => {
    const elsewhere = [
      freeze('dev', '0 0 * * *', 24 * HOUR, { environment: ['dev'] }),
      freeze('exports', '0 0 * * *', 24 * HOUR, { action: ['db.export'] }),
      freeze('k8s', '0 0 * * *', 24 * HOUR, { target: ['k8s/**'] }),
      freeze('pipelines', '0 0 * * *', 24 * HOUR, { requesterKind: ['pipeline'] }),
      freeze('security', '0 0 * * *', 24 * HOUR, { groups: ['security'] }),
      freeze('high', '0 0 * * *', 24 * HOUR, { risk: ['high'] }),
    ];
    const keyturn = await firm(elsewhere);
    expect((await post(keyturn, 'agent')).status).toBe(201);
    expectProblem(await post(keyturn, 'ci'), 'FREEZE_IN_FORCE');
    expectProblem(await post(keyturn, 'carol'), 'FREEZE_IN_FORCE');
  });

  it('waits for the longest of several freezes', async () => {
    const keyturn = await firm([NOW, freeze('short', '0 9 * * *', 2 * HOUR)]);
    expect((await post(keyturn, 'agent')).headers.get('retry-after')).toBe(String(14 * 3600));
  });
});

describe('a freeze that begins while a request waits', () => {
  it('refuses an approve, before what the approver has not done yet, and lets it in when it ends', async () => {
    const keyturn = await firm([FROM_10_20]);
    const request = await submit(keyturn);
    const critical = await submit(keyturn, { action: 'db.wipe', payload: { n: 2 } });
    until(keyturn, 20 * MINUTE);
    const answer = await review(keyturn, 'bob', request, 'approve');
    await expectRefused(keyturn, answer, 'FREEZE_IN_FORCE', { type: 'review.refused', by: 'bob' });
    expect(answer.headers.get('retry-after')).toBe('3600');
    // FREEZE_IN_FORCE comes before STEP_UP_REQUIRED and FULL_VIEW_REQUIRED, and after DIGEST_MISMATCH.
    expectProblem(await review(keyturn, 'bob', critical, 'approve'), 'FREEZE_IN_FORCE');
    const wrong = { ...request, action_digest: critical.action_digest };
    expectProblem(await review(keyturn, 'bob', wrong, 'approve'), 'DIGEST_MISMATCH');
    expect(await stateOf(keyturn, request)).toBe('pending');
    until(keyturn, HOUR);
    expect((await seeAndApprove(keyturn, 'bob', request)).body).toMatchObject({ state: 'approved' });
  });

  it('stops nobody who rejects or flags', async () => {
    const keyturn = await firm([FROM_10_20]);
    const [one, two] = [await submit(keyturn), await submit(keyturn, { payload: { n: 2 } })];
    until(keyturn, 21 * MINUTE);
    expect((await review(keyturn, 'bob', one, 'reject')).body).toMatchObject({ state: 'rejected' });
    expect((await review(keyturn, 'bob', two, 'flag')).body).toMatchObject({ state: 'flagged' });
    expect((await comment(keyturn, 'dora', 'clear', two)).body).toMatchObject({ state: 'pending' });
  });

  it('keeps an approved action from running, until the approval is over or the freeze is', async () => {
    const keyturn = await firm([FROM_10_20]);
    const request = await anApproved(keyturn);
    const running = await anExecuting(keyturn, { payload: { n: 2 } });
    until(keyturn, 40 * MINUTE);
    const answer = await consume(keyturn, request, 'k');
    await expectRefused(keyturn, answer, 'FREEZE_IN_FORCE', { type: 'grant.refused', by: 'agent' });
    expect(answer.headers.get('retry-after')).toBe(String(40 * 60));
    expect(await stateOf(keyturn, request)).toBe('approved');
    // What runs already goes on.
    expect((await report(keyturn, running)).body).toMatchObject({ state: 'succeeded' });
    until(keyturn, 40 * MINUTE);
    expect((await consume(keyturn, request, 'k')).status).toBe(200);
  });

  it('lets an approval lapse that it outlasts', async () => {
    const keyturn = await firm([freeze('long', '30 10 * * *', 20 * HOUR)]);
    const request = await anApproved(keyturn);
    until(keyturn, 3 * HOUR);
    expectProblem(await consume(keyturn, request), 'EXPIRED');
    expect(await stateOf(keyturn, request)).toBe('lapsed');
  });

  it('repeats a consume that was answered before it began', async () => {
    const keyturn = await firm([FROM_10_20]);
    const request = await anApproved(keyturn);
    until(keyturn, 20 * MINUTE - 1);
    const first = await consume(keyturn, request, 'k');
    until(keyturn, 1);
    expect((await consume(keyturn, request, 'k')).text).toBe(first.text);
  });
});

it('leaves a log in which each refusal stands and that verifies', async () => {
  const keyturn = await firm([NOW]);
  await post(keyturn, 'agent');
  const refused = (await readLog(keyturn)).filter(({ type }) => type === 'request.refused');
  expect(refused.map(({ data }) => data)).toEqual([
    {
      code: 'FREEZE_IN_FORCE',
      action: 'db.migrate',
      target: { system: 'postgres', environment: 'prod', resource: 'orders' },
    },
  ]);
});
