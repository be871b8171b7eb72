import { describe, expect, it } from 'vitest';
import { plan, RULES, rule } from '../../helpers/rulebook.ts';
import { EXPORT, firm, glass, glassRule, REASON, seeAndBreak, TARGET } from './glass.ts';
import {
  anApproved,
  comment,
  consume,
  expectProblem,
  expectRefused,
  MINUTE,
  readLog,
  review,
  stateOf,
  storyOf,
  submit,
  WRONG_DIGEST,
} from './world.ts';

const refused = { type: 'client.refused', by: 'bob' } as const;
describe('breaking the glass', () => {
  it('approves alone what needs two keys, and says so on the request and in the log', async () => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    const { status, body } = await seeAndBreak(keyturn, 'bob', request);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      state: 'approved',
      waiting_for: [],
      break_glass: {
        person: 'bob',
        reason: REASON,
        via: 'api',
        post_review: { by: ['security'], due_at: '2026-11-23T10:00:00.000Z', overdue: false, person: null },
      },
    });
    expect((await consume(keyturn, request)).status).toBe(200);
    expect(await storyOf(keyturn, request)).toEqual([
      'request.submitted',
      'payload.viewed',
      'break_glass.used',
      'request.approved',
      'grant.issued',
    ]);
    const used = (await readLog(keyturn)).find(({ type }) => type === 'break_glass.used');
    expect(used?.data).toMatchObject({
      action_digest: request.action_digest,
      target: TARGET,
      reason_length: REASON.length,
      who: ['dba'],
      review_by: ['security'],
      due_at: '2026-11-23T10:00:00.000Z',
      freezes: [],
    });
    expect(JSON.stringify(used)).not.toContain('INC-7');
  });

  it('tells a client nothing of it but that it was approved', async () => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    await seeAndBreak(keyturn, 'bob', request);
    const { text, body } = await keyturn.get('agent', `/v1/requests/${request.id}`);
    expect(body.state).toBe('approved');
    expect(text).not.toMatch(/glass|INC-7|bob/);
  });
});

describe('the order in which it is refused', () => {
  it('asks who, then the body, then the request', async () => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    expectProblem(await glass(keyturn, 'agent', request), 'NOT_A_HUMAN');
    const empty = await keyturn.post('bob', `/v1/requests/${request.id}/break-glass`, { why: 'x' });
    expectProblem(empty, 'INVALID');
    expect(empty.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/action_digest',
      '/confirm_target',
      '/reason',
      '/why',
    ]);
    expectProblem(await glass(keyturn, 'bob', { ...request, id: 'req_nothing' }), 'NOT_FOUND');
    expectProblem(await glass(keyturn, 'eve', request), 'NOT_FOUND');
  });

  it('refuses SELF_REVIEW to everybody behind the request, whatever else is wrong', async () => {
    const keyturn = await firm({ mayActFor: ['bob'] });
    const request = await submit(keyturn, { ...EXPORT, on_behalf_of: 'bob' });
    const own = await submit(keyturn, {}, { who: 'dora' });
    const wrong = { action_digest: WRONG_DIGEST, reason: 'short', confirm_target: 'x' };
    expectProblem(await glass(keyturn, 'alice', request, wrong), 'SELF_REVIEW');
    expectProblem(await glass(keyturn, 'bob', request, wrong), 'SELF_REVIEW');
    expectProblem(await glass(keyturn, 'dora', own, wrong), 'SELF_REVIEW');
  });

  it('refuses NOT_ELIGIBLE to readers who are in none of its groups', async () => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    expectProblem(await seeAndBreak(keyturn, 'carol', request), 'NOT_ELIGIBLE');
  });

  it('then what the request is, then what was typed, then how and whether it was seen', async () => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    const typed = { reason: 'too short', confirm_target: 'postgres/prod/order' };
    await expectRefused(
      keyturn,
      await glass(keyturn, 'bob', request, { action_digest: WRONG_DIGEST, ...typed }),
      'DIGEST_MISMATCH',
      refused,
    );
    const answer = await glass(keyturn, 'bob', request, typed);
    await expectRefused(keyturn, answer, 'INVALID', refused);
    expect(answer.body.errors).toEqual([
      { pointer: '/reason', detail: 'must say why in at least 40 characters; this has 9' },
      {
        pointer: '/confirm_target',
        detail: 'must be the target of this request, typed out as system/environment/resource',
      },
    ]);
    await expectRefused(keyturn, await glass(keyturn, 'bob', request), 'FULL_VIEW_REQUIRED', refused);
    expect((await seeAndBreak(keyturn, 'bob', request)).body).toMatchObject({ state: 'approved' });
    expectProblem(await seeAndBreak(keyturn, 'dora', request), 'ALREADY_RESOLVED');
  });

  it.each([
    ['is padded', `${' '.repeat(40)}help${' '.repeat(40)}`],
    [
      'is spread over lines',
      'a\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nb',
    ],
  ])('counts no white space where the reason %s', async (_how, reason) => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    expectProblem(await seeAndBreak(keyturn, 'bob', request, { reason }), 'INVALID');
  });

  it('counts characters, not bytes or halves of one', async () => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    expectProblem(await seeAndBreak(keyturn, 'bob', request, { reason: '🔥'.repeat(39) }), 'INVALID');
    expect((await glass(keyturn, 'bob', request, { reason: '🔥'.repeat(40) })).status).toBe(200);
  });

  it('refuses EXPIRED, ALREADY_RESOLVED and FLAGGED for what is over or stopped', async () => {
    const keyturn = await firm();
    const rejected = await submit(keyturn);
    await review(keyturn, 'bob', rejected, 'reject');
    const expired = await submit(keyturn, { payload: { n: 2 } });
    const approved = await anApproved(keyturn, { payload: { n: 3 } });
    keyturn.clock.advance(30 * MINUTE);
    const flagged = await submit(keyturn, { payload: { n: 4 } }, { who: 'ci' });
    await review(keyturn, 'bob', flagged, 'flag');
    expectProblem(await seeAndBreak(keyturn, 'bob', rejected), 'ALREADY_RESOLVED');
    expectProblem(await seeAndBreak(keyturn, 'bob', expired), 'EXPIRED');
    expectProblem(await seeAndBreak(keyturn, 'bob', approved), 'EXPIRED');
    expectProblem(await seeAndBreak(keyturn, 'bob', flagged), 'FLAGGED');
  });
});

describe('what it never overrides', () => {
  it('a deny, also one that a reload brings', async () => {
    const keyturn = await firm();
    const denied = await submit(keyturn, { action: 'db.drop' });
    expectProblem(await seeAndBreak(keyturn, 'bob', denied), 'ALREADY_RESOLVED');
    const request = await submit(keyturn, EXPORT);
    await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
    await keyturn.reload({
      version: '2',
      breakGlass: [glassRule()],
      rules: [rule('no', { effect: 'deny', match: { action: ['db.export'] } })],
    });
    expectProblem(await glass(keyturn, 'bob', request), 'ALREADY_RESOLVED');
    expect(await stateOf(keyturn, request)).toBe('denied');
  });

  it('a requester freeze, also of a request that was cleared', async () => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    await review(keyturn, 'bob', request, 'flag');
    await comment(keyturn, 'dora', 'clear', request);
    await expectRefused(keyturn, await seeAndBreak(keyturn, 'bob', request), 'REQUESTER_FROZEN', refused);
    await keyturn.post('dora', '/v1/requesters/agent/clear', { comment: 'a false alarm' });
    expect((await glass(keyturn, 'bob', request)).body).toMatchObject({ state: 'approved' });
  });

  it('the rule that a token alone approves nothing critical, nor the ways that a plan takes', async () => {
    const chat = rule('chat', {
      match: { action: ['db.export'] },
      plan: plan('chat', [['dba', 1]], { reviewVia: ['slack', 'room'] }),
    });
    const keyturn = await firm({ rules: [...RULES, chat] });
    const critical = await submit(keyturn, { action: 'db.wipe' });
    await expectRefused(keyturn, await seeAndBreak(keyturn, 'bob', critical), 'STEP_UP_REQUIRED', refused);
    expectProblem(await seeAndBreak(keyturn, 'bob', await submit(keyturn, EXPORT)), 'STEP_UP_REQUIRED');
  });

  it('the need for somebody who could review it afterwards', async () => {
    const keyturn = await firm({
      breakGlass: [glassRule({ reviewBy: ['solo'] })],
      groups: { dba: ['alice', 'bob', 'dora'], security: ['carol', 'dora'], solo: ['alice'] },
    });
    const request = await submit(keyturn, EXPORT);
    await expectRefused(keyturn, await seeAndBreak(keyturn, 'bob', request), 'NO_ELIGIBLE_REVIEWER', refused);
  });
});
