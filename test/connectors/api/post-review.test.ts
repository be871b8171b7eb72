import { describe, expect, it } from 'vitest';
import type { TestKeyturn } from '../../helpers/start-keyturn.ts';
import { EXPORT, firm, glass, glassRule, postReview, seeAndBreak } from './glass.ts';
import {
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
  stateOf,
  storyOf,
  submit,
} from './world.ts';

/** An export that bob let through alone. */
async function broken(keyturn: TestKeyturn, changes: Record<string, unknown> = {}) {
  const request = await submit(keyturn, { ...EXPORT, ...changes });
  expect((await seeAndBreak(keyturn, 'bob', request)).body).toMatchObject({ state: 'approved' });
  return request;
}

const DAY = 24 * HOUR;

describe('the review afterwards', () => {
  it('is done by somebody else, with a comment, and closes the matter', async () => {
    const keyturn = await firm();
    const request = await broken(keyturn);
    const { body } = await postReview(keyturn, 'carol', request, 'approve');
    expect(body).toMatchObject({
      state: 'approved',
      break_glass: {
        post_review: { person: 'carol', verdict: 'approve', comment: 'I looked at it', overdue: false },
      },
    });
    keyturn.clock.advance(2 * DAY);
    await keyturn.get('carol', '/v1/requests');
    expect(await storyOf(keyturn, request)).toEqual([
      'request.submitted',
      'payload.viewed',
      'break_glass.used',
      'request.approved',
      'break_glass.reviewed',
      'request.lapsed',
    ]);
  });

  it('is refused in order: who, then whether there is one, then the comment', async () => {
    const keyturn = await firm();
    const untouched = await submit(keyturn, { payload: { n: 2 } });
    const request = await broken(keyturn);
    expectProblem(await postReview(keyturn, 'agent', request, 'approve'), 'NOT_A_HUMAN');
    expectProblem(await postReview(keyturn, 'carol', request, 'approve', { verdict: 'fine' }), 'INVALID');
    expectProblem(await postReview(keyturn, 'carol', { id: 'req_nothing' }, 'approve'), 'NOT_FOUND');
    expectProblem(await postReview(keyturn, 'eve', request, 'approve'), 'NOT_FOUND');
    const refused = { type: 'client.refused', by: 'bob' } as const;
    await expectRefused(
      keyturn,
      await postReview(keyturn, 'bob', request, 'approve'),
      'SELF_REVIEW',
      refused,
    );
    // The owner of the agent stands behind the request: no review of hers, before or after.
    expectProblem(await postReview(keyturn, 'alice', request, 'approve'), 'SELF_REVIEW');
    expectProblem(await postReview(keyturn, 'dora', untouched, 'approve'), 'NOT_APPROVED');
    for (const said of [{ comment: undefined }, { comment: null }, { comment: '  ' }])
      expectProblem(await postReview(keyturn, 'carol', request, 'approve', said), 'COMMENT_REQUIRED');
    expect((await postReview(keyturn, 'carol', request, 'approve')).status).toBe(200);
    expectProblem(await postReview(keyturn, 'dora', request, 'approve'), 'ALREADY_RESOLVED');
  });

  it('is for its own groups only, as they are now', async () => {
    const keyturn = await firm({
      groups: { dba: ['bob', 'dora'], security: ['carol', 'dora'], managers: ['carol'] },
      breakGlass: [glassRule({ reviewBy: ['managers'] })],
    });
    const request = await broken(keyturn);
    expectProblem(await postReview(keyturn, 'dora', request, 'approve'), 'NOT_ELIGIBLE');
    await keyturn.reload({
      version: '2',
      groups: { dba: ['bob'], security: ['carol'], managers: ['dora'] },
      breakGlass: [glassRule({ reviewBy: ['managers'] })],
    });
    expectProblem(await postReview(keyturn, 'carol', request, 'approve'), 'NOT_ELIGIBLE');
    expect((await postReview(keyturn, 'dora', request, 'approve')).status).toBe(200);
  });
});

describe('a review that rejects', () => {
  it('revokes what has not run yet, and freezes nobody', async () => {
    const keyturn = await firm();
    const request = await broken(keyturn);
    expect((await postReview(keyturn, 'carol', request, 'reject')).body).toMatchObject({ state: 'revoked' });
    expectProblem(await consume(keyturn, request), 'NOT_APPROVED');
    const revoked = (await readLog(keyturn)).find(({ type }) => type === 'request.revoked');
    expect(revoked?.data).toEqual({ because: 'post_review' });
    expect((await post(keyturn, 'agent', { payload: { n: 2 } })).status).toBe(201);
  });

  it('asks what runs to stop, and changes nothing of what is over', async () => {
    const keyturn = await firm();
    const running = await broken(keyturn, { payload: { n: 2 } });
    const { nonce } = (await consume(keyturn, running)).body;
    const { body } = await postReview(keyturn, 'carol', running, 'reject');
    expect([body.state, body.execution.stop_requested]).toEqual(['executing', true]);
    await report(keyturn, { ...running, nonce });

    const over = await broken(keyturn);
    await report(keyturn, { ...over, nonce: (await consume(keyturn, over)).body.nonce });
    expect((await postReview(keyturn, 'carol', over, 'reject')).body).toMatchObject({
      state: 'succeeded',
      break_glass: { post_review: { verdict: 'reject' } },
    });
  });
});

describe('a review that flags', () => {
  it('stops the requester as any flag does: what waits, what is approved, what it would ask next', async () => {
    const keyturn = await firm();
    const waiting = await submit(keyturn, { payload: { n: 2 } });
    const running = await anExecuting(keyturn, { payload: { n: 3 } });
    const request = await broken(keyturn);
    expect((await postReview(keyturn, 'carol', request, 'flag')).body).toMatchObject({ state: 'revoked' });
    expect(await stateOf(keyturn, waiting)).toBe('flagged');
    expect(await stateOf(keyturn, running)).toBe('executing');
    expectProblem(await post(keyturn, 'agent', { payload: {} }), 'REQUESTER_FROZEN');
    expect(await storyOf(keyturn, request)).toEqual(
      expect.arrayContaining(['break_glass.reviewed', 'request.revoked', 'requester.frozen']),
    );
    // Nobody who stood behind it lifts the freeze.
    expectProblem(
      await keyturn.post('alice', '/v1/requesters/agent/clear', { comment: 'mine' }),
      'SELF_REVIEW',
    );
    expect((await comment(keyturn, 'dora', 'clear', waiting)).body).toMatchObject({ state: 'pending' });
  });

  it('freezes the requester also when its action is long over', async () => {
    const keyturn = await firm();
    const request = await broken(keyturn);
    await report(keyturn, { ...request, nonce: (await consume(keyturn, request)).body.nonce });
    keyturn.clock.advance(3 * DAY);
    expect((await postReview(keyturn, 'carol', request, 'flag')).body).toMatchObject({ state: 'succeeded' });
    expectProblem(await post(keyturn, 'agent', { payload: {} }), 'REQUESTER_FROZEN');
  });
});

describe('a review that is overdue', () => {
  it('is recorded once, at its time, and blocks the next break-glass of that person alone', async () => {
    const keyturn = await firm();
    const request = await broken(keyturn);
    const asked = (n: number) => submit(keyturn, { ...EXPORT, payload: { n } });
    keyturn.clock.advance(DAY - 1);
    expect((await seeAndBreak(keyturn, 'bob', await asked(1))).status).toBe(200);
    keyturn.clock.advance(1);
    const refused = { type: 'client.refused', by: 'bob' } as const;
    const next = await asked(2);
    await expectRefused(keyturn, await seeAndBreak(keyturn, 'bob', next), 'POST_REVIEW_OVERDUE', refused);
    expect(
      (await keyturn.get('carol', `/v1/requests/${request.id}`)).body.break_glass.post_review,
    ).toMatchObject({
      overdue: true,
      person: null,
    });
    const overdue = (await readLog(keyturn)).filter(({ type }) => type === 'break_glass.overdue');
    expect(overdue.map(({ actor, subject, data }) => [actor.kind, subject?.request, data.due_at])).toEqual([
      ['keyturn', request.id, '2026-11-23T10:00:00.000Z'],
    ]);
    // Somebody else may, and bob again as soon as it was looked at.
    expect((await seeAndBreak(keyturn, 'dora', await asked(3))).status).toBe(200);
    expect((await postReview(keyturn, 'carol', request, 'reject')).status).toBe(200);
    expect((await glass(keyturn, 'bob', next)).status).toBe(200);
  });

  it('is recorded by the sweeper within a second, without anybody asking', async () => {
    const keyturn = await firm();
    const request = await broken(keyturn);
    keyturn.clock.advance(DAY);
    const began = performance.now();
    const { committed } = keyturn.keyturn.context.store;
    const isRecorded = () =>
      committed.entriesOf(request.id as never, 0, 99).some(({ type }) => type === 'break_glass.overdue');
    while (!isRecorded() && performance.now() - began < 5_000)
      await new Promise((done) => setTimeout(done, 20));
    expect(isRecorded()).toBe(true);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('survives a restart, and is recorded once over two of them', async () => {
    const keyturn = await firm();
    const request = await broken(keyturn);
    await keyturn.stop();
    keyturn.clock.advance(2 * DAY);
    const once = await keyturn.restart();
    await once.get('carol', '/v1/requests');
    const again = await once.restart();
    await again.get('carol', '/v1/requests');
    const next = await submit(again, { ...EXPORT, payload: { n: 2 } });
    expectProblem(await seeAndBreak(again, 'bob', next), 'POST_REVIEW_OVERDUE');
    const story = await storyOf(again, request);
    expect(story.filter((type) => type === 'break_glass.overdue')).toHaveLength(1);
    expect((await postReview(again, 'carol', request, 'approve')).status).toBe(200);
    expect((await glass(again, 'bob', next)).status).toBe(200);
  });

  it('stays due when the policy has no break-glass any more', async () => {
    const keyturn = await firm();
    const request = await broken(keyturn);
    await keyturn.reload({ version: '2' });
    keyturn.clock.advance(DAY + MINUTE);
    expect(
      (await keyturn.get('carol', `/v1/requests/${request.id}`)).body.break_glass.post_review.overdue,
    ).toBe(true);
    expect((await postReview(keyturn, 'carol', request, 'approve')).status).toBe(200);
  });
});
