import { describe, expect, it } from 'vitest';
import { compileWindows } from '../../../bot/cron.ts';
import { plan, type RulebookChanges, rule, type Who } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { EXPORT, firm, glass, glassRule, REASON, seeAndBreak } from './glass.ts';
import {
  anApproved,
  consume,
  expectProblem,
  HOUR,
  MINUTE,
  post,
  readLog,
  review,
  seeAndApprove,
  stateOf,
  submit,
} from './world.ts';

describe('who may break it', () => {
  it('is decided by the first rule that matches and that names a group of theirs', async () => {
    const keyturn = await firm({
      breakGlass: [
        glassRule({ match: { environment: ['dev'] }, reasonMin: 1 }),
        glassRule({ who: ['security'], reasonMin: 10, reviewBy: ['dba'], reviewWithinMs: HOUR }),
        glassRule(),
      ],
    });
    const one = await submit(keyturn, EXPORT);
    const two = await submit(keyturn, { ...EXPORT, payload: { n: 2 } });
    const reason = 'INC-8: it is down';
    expectProblem(await seeAndBreak(keyturn, 'bob', one, { reason }), 'INVALID');
    const { body } = await seeAndBreak(keyturn, 'carol', two, { reason });
    expect(body.break_glass.post_review).toMatchObject({ by: ['dba'], due_at: '2026-11-22T11:00:00.000Z' });
  });

  it('is whoever was in the group when it was asked and still is: nobody who joins, nobody who leaves', async () => {
    const keyturn = await firm({ groups: { dba: ['bob'], security: ['carol', 'dora'] } });
    const request = await submit(keyturn, EXPORT);
    await keyturn.reload({
      version: '2',
      breakGlass: [glassRule()],
      groups: { dba: ['dora', 'eve'], security: ['carol', 'dora'] },
    });
    for (const who of ['bob', 'dora', 'eve'] as const)
      expectProblem(await seeAndBreak(keyturn, who, request), who === 'bob' ? 'NOT_FOUND' : 'NOT_ELIGIBLE');
  });

  it('is nobody where the rule came only after the request', async () => {
    const keyturn = await startKeyturn();
    const request = await submit(keyturn, EXPORT);
    await keyturn.reload({ version: '2', breakGlass: [glassRule()] });
    expectProblem(await seeAndBreak(keyturn, 'bob', request), 'NOT_ELIGIBLE');
    expect(
      (await seeAndBreak(keyturn, 'bob', await submit(keyturn, { ...EXPORT, payload: {} }))).status,
    ).toBe(200);
  });

  it('is held to the stricter terms of the rule then and now', async () => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    await keyturn.reload({
      version: '2',
      breakGlass: [glassRule({ reasonMin: 100, reviewWithinMs: 48 * HOUR })],
    });
    expectProblem(await seeAndBreak(keyturn, 'bob', request), 'INVALID');
    const { body } = await glass(keyturn, 'bob', request, { reason: REASON.repeat(2) });
    expect(body.break_glass.post_review.due_at).toBe('2026-11-23T10:00:00.000Z');
  });

  it('reads what it is about, payload included, as do those who would review it', async () => {
    const keyturn = await startKeyturn({
      breakGlass: [glassRule({ who: ['oncall'], reviewBy: ['managers'] })],
      groups: { dba: ['bob'], security: ['carol'], oncall: ['eve'], managers: ['dora'] },
    });
    const request = await submit(keyturn, EXPORT);
    const elsewhere = await submit(keyturn, {
      ...EXPORT,
      target: { system: 'postgres', environment: 'dev', resource: 'x' },
    });
    for (const who of ['eve', 'dora'] as const) {
      expect((await keyturn.get(who, `/v1/requests/${request.id}`)).status).toBe(200);
      expect((await keyturn.get(who, `/v1/requests/${request.id}/payload`)).status).toBe(200);
      expectProblem(await keyturn.get(who, `/v1/requests/${elsewhere.id}`), 'NOT_FOUND');
      expect((await keyturn.get(who, '/v1/requests')).body.items).toHaveLength(1);
      expectProblem(await review(keyturn, who, request, 'approve'), 'NOT_ELIGIBLE');
    }
    expect((await glass(keyturn, 'eve', request)).body).toMatchObject({ state: 'approved' });
  });
});

describe('a broken glass and a later policy', () => {
  it('carries the approval over seats that are added', async () => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    await seeAndBreak(keyturn, 'bob', request);
    const three = plan('three', [
      ['dba', 2],
      ['security', 1],
    ]);
    await keyturn.reload({
      version: '2',
      breakGlass: [glassRule()],
      rules: [rule('three', { plan: three })],
    });
    expect(await stateOf(keyturn, request)).toBe('approved');
    expect((await consume(keyturn, request)).status).toBe(200);
  });

  it.each([
    ['a deny matches', { rules: [rule('no', { effect: 'deny' })] }],
    [
      'who broke it is excluded',
      {
        rules: (of: (who: Who) => never) => [
          rule('x', { plan: plan('p', [['dba', 1]]), exclude: [of('bob')] }),
        ],
      },
    ],
    ['its entry is gone from the policy', { breakGlass: [] }],
    ['others would review it', { breakGlass: [glassRule({ reviewBy: ['dba', 'security'] })] }],
    ['who broke it has left', { groups: { dba: ['alice', 'dora'], security: ['carol', 'dora'] } }],
  ])('falls when %s', async (_what, changes) => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    await seeAndBreak(keyturn, 'bob', request);
    await keyturn.reload({ version: '2', breakGlass: [glassRule()], ...(changes as RulebookChanges) });
    expect(await stateOf(keyturn, request)).toBe('revoked');
    expectProblem(await consume(keyturn, request), 'NOT_APPROVED');
  });
});

describe('a calendar freeze', () => {
  const compiled = compileWindows('20 10 * * *', HOUR, 'UTC');
  if (!compiled.ok) throw new Error(compiled.problem);
  const freezes = [{ id: 'busy', match: {}, windows: compiled.windows }];

  it('does not hold up what was approved by breaking the glass', async () => {
    const keyturn = await firm({ freezes });
    const request = await submit(keyturn, EXPORT);
    keyturn.clock.advance(21 * MINUTE);
    expectProblem(await seeAndApprove(keyturn, 'bob', request), 'FREEZE_IN_FORCE');
    const { body } = await glass(keyturn, 'bob', request);
    expect(body).toMatchObject({ state: 'approved' });
    const used = (await readLog(keyturn)).find(({ type }) => type === 'break_glass.used');
    expect(used?.data.freezes).toEqual(['busy']);
    expect((await consume(keyturn, request)).status).toBe(200);
  });

  it('can be overridden for what was approved before it began, without more time', async () => {
    const keyturn = await firm({ freezes });
    keyturn.clock.advance(10 * MINUTE);
    const request = await anApproved(keyturn);
    expectProblem(await glass(keyturn, 'bob', request), 'ALREADY_RESOLVED');
    keyturn.clock.advance(10 * MINUTE);
    expectProblem(await consume(keyturn, request), 'FREEZE_IN_FORCE');
    const { body } = await glass(keyturn, 'bob', request);
    expect([body.state, body.usable_until]).toEqual(['approved', request.usable_until]);
    expectProblem(await glass(keyturn, 'dora', request), 'ALREADY_RESOLVED');
    expect((await consume(keyturn, request)).status).toBe(200);
  });

  it('lets nothing be asked while it lasts, also not what the glass could be broken for', async () => {
    const keyturn = await firm({ freezes });
    keyturn.clock.advance(21 * MINUTE);
    expectProblem(await post(keyturn, 'agent', EXPORT), 'FREEZE_IN_FORCE');
    expect((await readLog(keyturn)).map(({ type }) => type)).not.toContain('request.submitted');
  });
});
