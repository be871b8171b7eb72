import { expect, it } from 'vitest';
import { reviewRequest } from '../../../bot/app/review-request.ts';
import { viewPayload } from '../../../bot/app/view-payload.ts';
import type { PersonId, Via } from '../../../bot/core/request.ts';
import { plan, rule } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { expectProblem, expectRefused, post, review, seeAndApprove, stateOf, submit } from './world.ts';

const chatOnly = plan('chat', [['dba', 1]], { reviewVia: ['slack', 'room'] });
const firm = () => startKeyturn({ rules: [rule('chat', { plan: chatOnly, replacesDefault: true })] });

/** Bob by another way than a call: a click whose sender the face has verified. */
async function approveVia(
  keyturn: TestKeyturn,
  via: Via,
  { id, action_digest }: { id: string; action_digest: string },
) {
  const { context } = keyturn.keyturn;
  const bob = context.store.committed.personOf('bob') as PersonId;
  const actor = {
    kind: 'person',
    person: bob,
    via,
    account: `${via}:U1`,
    verifiedBy: 'signature',
    roles: ['dba'],
  } as const;
  const caller = { actor, id: bob, key: 'bob' };
  await viewPayload(context, caller, id as never);
  return reviewRequest(context, caller, id as never, {
    verdict: 'approve',
    actionDigest: action_digest,
    comment: null,
  });
}

it('refuses STEP_UP_REQUIRED to an approve by a way that the plan does not take', async () => {
  const keyturn = await firm();
  const request = await submit(keyturn);
  const answer = await seeAndApprove(keyturn, 'bob', request);
  await expectRefused(keyturn, answer, 'STEP_UP_REQUIRED', { type: 'review.refused', by: 'bob' });
  expect(await approveVia(keyturn, 'teams', request)).toMatchObject({ ok: false, code: 'STEP_UP_REQUIRED' });
  expect(await approveVia(keyturn, 'slack', request)).toMatchObject({
    ok: true,
    request: { state: 'approved' },
  });
});

it('comes before FULL_VIEW_REQUIRED, and stops no reject and no flag', async () => {
  const keyturn = await firm();
  const [one, two] = [await submit(keyturn), await submit(keyturn, { payload: { n: 2 } })];
  expectProblem(await review(keyturn, 'bob', one, 'approve'), 'STEP_UP_REQUIRED');
  expect((await review(keyturn, 'bob', one, 'reject')).body).toMatchObject({ state: 'rejected' });
  expect((await review(keyturn, 'bob', two, 'flag')).body).toMatchObject({ state: 'flagged' });
});

it('is narrowed by every plan that counts, and nothing is asked that no way is left for', async () => {
  const teams = plan('teams', [['dba', 1]], { reviewVia: ['teams', 'slack'] });
  const api = plan('api', [['dba', 1]], { reviewVia: ['api'] });
  const keyturn = await startKeyturn({
    rules: [
      rule('chat', { plan: chatOnly, replacesDefault: true }),
      rule('teams', { match: { action: ['db.export'] }, plan: teams }),
      rule('api', { match: { action: ['db.wipe'] }, plan: api }),
      rule('hot', { match: { action: ['db.drop'] }, plan: api, risk: 'critical' }),
    ],
  });
  const request = await submit(keyturn, { action: 'db.export' });
  expect(await approveVia(keyturn, 'room', request)).toMatchObject({ code: 'STEP_UP_REQUIRED' });
  expect(await approveVia(keyturn, 'slack', request)).toMatchObject({ ok: true });
  expectProblem(await post(keyturn, 'agent', { action: 'db.wipe' }), 'NO_ELIGIBLE_REVIEWER');
  expectProblem(await post(keyturn, 'agent', { action: 'db.drop' }), 'NO_ELIGIBLE_REVIEWER');
});

it('is what every policy since the request takes', async () => {
  const keyturn = await firm();
  const request = await submit(keyturn);
  await keyturn.reload({ version: '2' });
  expectProblem(await seeAndApprove(keyturn, 'bob', request), 'STEP_UP_REQUIRED');
  expect(await stateOf(keyturn, request)).toBe('pending');
  expect((await seeAndApprove(keyturn, 'bob', await submit(keyturn, { payload: {} }))).status).toBe(200);
});
