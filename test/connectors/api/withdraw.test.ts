import { expect, it } from 'vitest';
import type { Who } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  anExecuting,
  comment,
  expectProblem,
  expectRefused,
  HOUR,
  report,
  review,
  stateOf,
  storyOf,
  submit,
} from './world.ts';

const cancel = (keyturn: TestKeyturn, who: Who, { id }: { readonly id: string }) =>
  keyturn.post(who, `/v1/requests/${id}/cancel`);

it.each(['agent', 'alice', 'eve'] as const)('lets %s cancel what is pending or approved', async (who) => {
  const keyturn = await startKeyturn();
  for (const make of [submit, anApproved]) {
    const request = await make(keyturn, { on_behalf_of: 'eve', payload: { make: make.name } });
    expect((await cancel(keyturn, who, request)).body).toMatchObject({ state: 'cancelled' });
  }
});

it('lets nobody else cancel: a reviewer is told no, a stranger that there is none', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await expectRefused(keyturn, await cancel(keyturn, 'bob', request), 'FORBIDDEN', {
    type: 'client.refused',
    by: 'bob',
  });
  expectProblem(await cancel(keyturn, 'carol', request), 'FORBIDDEN');
  await expectRefused(keyturn, await cancel(keyturn, 'ci', request), 'NOT_FOUND', {
    type: 'client.refused',
    by: 'ci',
  });
  expectProblem(await cancel(keyturn, 'eve', request), 'NOT_FOUND');
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it.each(['alice', 'eve', 'bob'] as const)(
  'lets %s revoke what is approved and stop what runs',
  async (who) => {
    const keyturn = await startKeyturn();
    const approved = await anApproved(keyturn, { on_behalf_of: 'eve' });
    expect((await comment(keyturn, who, 'revoke', approved)).body).toMatchObject({ state: 'revoked' });
    const running = await anExecuting(keyturn, { on_behalf_of: 'eve' });
    const stopped = await comment(keyturn, who, 'stop', running);
    expect(stopped.body).toMatchObject({ state: 'executing', execution: { stop_requested: true } });
    // The executor sees it where it looks anyway, and says how it ended.
    const beat = await keyturn.post('agent', `/v1/requests/${running.id}/heartbeat`, {
      nonce: running.nonce,
    });
    expect(beat.body).toMatchObject({ execution: { stop_requested: true } });
    expect((await report(keyturn, running, { status: 'failed' })).body).toMatchObject({ state: 'failed' });
  },
);

it.each(['revoke', 'stop'])('refuses %s to everybody else, and without a comment', async (call) => {
  const keyturn = await startKeyturn();
  const request = call === 'revoke' ? await anApproved(keyturn) : await anExecuting(keyturn);
  expectProblem(await comment(keyturn, 'agent', call, request), 'NOT_A_HUMAN');
  expectProblem(await comment(keyturn, 'eve', call, request), 'NOT_FOUND');
  await expectRefused(keyturn, await comment(keyturn, 'carol', call, request), 'NOT_ELIGIBLE', {
    type: 'client.refused',
    by: 'carol',
  });
  expectProblem(await keyturn.post('alice', `/v1/requests/${request.id}/${call}`), 'COMMENT_REQUIRED');
  expectProblem(await comment(keyturn, 'alice', call, request, { comment: '\u2003\n' }), 'COMMENT_REQUIRED');
  expectProblem(await comment(keyturn, 'alice', call, request, { comment: 'x'.repeat(2001) }), 'INVALID');
});

type Make = (keyturn: TestKeyturn) => Promise<{ id: string; action_digest: string }>;
const STATES: Readonly<Record<string, Make>> = {
  pending: submit,
  approved: anApproved,
  executing: anExecuting,
  flagged: async (keyturn) => {
    const request = await submit(keyturn);
    await review(keyturn, 'bob', request, 'flag');
    return request;
  },
  rejected: async (keyturn) => {
    const request = await submit(keyturn);
    await review(keyturn, 'bob', request, 'reject');
    return request;
  },
  expired: async (keyturn) => {
    const request = await submit(keyturn);
    keyturn.clock.advance(HOUR / 2);
    return request;
  },
  lapsed: async (keyturn) => {
    const request = await anApproved(keyturn);
    keyturn.clock.advance(HOUR / 4);
    return request;
  },
  unknown: async (keyturn) => {
    const request = await anExecuting(keyturn);
    keyturn.clock.advance(HOUR);
    return request;
  },
  succeeded: async (keyturn) => {
    const request = await anExecuting(keyturn);
    await report(keyturn, request);
    return request;
  },
  cancelled: async (keyturn) => {
    const request = await submit(keyturn);
    await cancel(keyturn, 'agent', request);
    return request;
  },
  denied: (keyturn) => submit(keyturn, { action: 'db.drop' }),
};

const TOO_LATE: readonly (readonly [call: string, state: string, code: string])[] = [
  ['cancel', 'flagged', 'FLAGGED'],
  ['cancel', 'executing', 'ALREADY_CONSUMED'],
  ['cancel', 'unknown', 'ALREADY_CONSUMED'],
  ['cancel', 'succeeded', 'ALREADY_CONSUMED'],
  ['cancel', 'expired', 'EXPIRED'],
  ['cancel', 'lapsed', 'EXPIRED'],
  ['cancel', 'rejected', 'ALREADY_RESOLVED'],
  ['cancel', 'cancelled', 'ALREADY_RESOLVED'],
  ['cancel', 'denied', 'ALREADY_RESOLVED'],
  ['revoke', 'pending', 'NOT_APPROVED'],
  ['revoke', 'flagged', 'NOT_APPROVED'],
  ['revoke', 'executing', 'ALREADY_CONSUMED'],
  ['revoke', 'lapsed', 'EXPIRED'],
  ['revoke', 'rejected', 'ALREADY_RESOLVED'],
  ['stop', 'pending', 'NOT_APPROVED'],
  ['stop', 'approved', 'NOT_APPROVED'],
  ['stop', 'unknown', 'ALREADY_RESOLVED'],
  ['stop', 'succeeded', 'ALREADY_RESOLVED'],
  ['clear', 'expired', 'SELF_REVIEW'],
];

it.each(TOO_LATE)('refuses %s of what is %s with %s, and changes nothing', async (call, state, code) => {
  const keyturn = await startKeyturn();
  const request = await STATES[state]?.(keyturn);
  if (request === undefined) throw new Error(`no way to make it ${state}`);
  expect(await stateOf(keyturn, request)).toBe(state);
  const body = call === 'cancel' ? {} : { comment: 'because' };
  expectProblem(await keyturn.post('alice', `/v1/requests/${request.id}/${call}`, body), code);
  expect(await stateOf(keyturn, request)).toBe(state);
});

it.each(['rejected', 'expired', 'lapsed', 'cancelled', 'denied', 'succeeded'])(
  'never leaves %s again',
  async (state) => {
    const keyturn = await startKeyturn();
    const request = await STATES[state]?.(keyturn);
    if (request === undefined) throw new Error(`no way to make it ${state}`);
    await stateOf(keyturn, request);
    const before = await storyOf(keyturn, request);
    for (const verdict of ['approve', 'reject', 'flag'] as const) {
      expect((await review(keyturn, 'bob', request, verdict)).status).toBeGreaterThanOrEqual(400);
    }
    for (const call of ['cancel', 'revoke', 'stop', 'clear', 'settle']) {
      for (const who of ['agent', 'alice', 'bob', 'dora'] as const) {
        const more =
          call === 'cancel' ? {} : { comment: 'x', ...(call === 'settle' ? { status: 'failed' } : {}) };
        expect(
          (await keyturn.post(who, `/v1/requests/${request.id}/${call}`, more)).status,
        ).toBeGreaterThanOrEqual(400);
      }
    }
    keyturn.clock.advance(48 * HOUR);
    expect(await stateOf(keyturn, request)).toBe(state);
    const added = (await storyOf(keyturn, request)).slice(before.length);
    expect(new Set(added)).toEqual(new Set(['review.refused', 'client.refused']));
  },
);
