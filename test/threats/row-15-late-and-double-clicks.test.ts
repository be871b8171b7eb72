import { expect, it } from 'vitest';
import {
  anApproved,
  anExecuting,
  comment,
  expectRefused,
  HOUR,
  report,
  review,
  seeAndApprove,
  stateOf,
  storyOf,
  submit,
} from '../connectors/api/world.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

interface Request {
  readonly id: string;
  readonly action_digest: string;
}

const REVIEW = (by: 'bob' | 'dora') => ({ type: 'review.refused', by }) as const;

const ENDS: readonly (readonly [
  state: string,
  code: string,
  end: (keyturn: TestKeyturn) => Promise<Request>,
])[] = [
  [
    'rejected',
    'ALREADY_RESOLVED',
    async (keyturn) => {
      const request = await submit(keyturn);
      await review(keyturn, 'bob', request, 'reject');
      return request;
    },
  ],
  [
    'expired',
    'EXPIRED',
    async (keyturn) => {
      const request = await submit(keyturn);
      keyturn.clock.advance(HOUR / 2);
      return request;
    },
  ],
  [
    'cancelled',
    'ALREADY_RESOLVED',
    async (keyturn) => {
      const request = await submit(keyturn);
      await keyturn.post('agent', `/v1/requests/${request.id}/cancel`);
      return request;
    },
  ],
  ['approved', 'ALREADY_RESOLVED', (keyturn) => anApproved(keyturn)],
  [
    'lapsed',
    'ALREADY_RESOLVED',
    async (keyturn) => {
      const request = await anApproved(keyturn);
      keyturn.clock.advance(HOUR / 4);
      return request;
    },
  ],
  [
    'revoked',
    'ALREADY_RESOLVED',
    async (keyturn) => {
      const request = await anApproved(keyturn);
      await comment(keyturn, 'alice', 'revoke', request);
      return request;
    },
  ],
  ['executing', 'ALREADY_RESOLVED', (keyturn) => anExecuting(keyturn)],
  [
    'succeeded',
    'ALREADY_RESOLVED',
    async (keyturn) => {
      const request = await anExecuting(keyturn);
      await report(keyturn, request);
      return request;
    },
  ],
];

it.each(ENDS)(
  'row 15: a click on what is %s is answered %s, by name, and changes nothing',
  async (state, code, end) => {
    const keyturn = await startKeyturn();
    const request = await end(keyturn);
    for (const verdict of ['approve', 'reject'] as const) {
      const answer = await review(keyturn, 'dora', request, verdict);
      await expectRefused(keyturn, answer, code, REVIEW('dora'));
      expect(answer.body).toMatchObject({ state, resolved_at: expect.any(String) });
    }
    expect(await stateOf(keyturn, request)).toBe(state);
  },
);

it('row 15: a second approve is told that it is one', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'db.export' });
  await seeAndApprove(keyturn, 'bob', request);
  const answer = await seeAndApprove(keyturn, 'bob', request);
  await expectRefused(keyturn, answer, 'ALREADY_REVIEWED', REVIEW('bob'));
  expect((await storyOf(keyturn, request)).filter((type) => type === 'review.recorded')).toHaveLength(1);
});

it('row 15: the opposite click of another person comes too late and is told what was decided', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const answer = await review(keyturn, 'dora', request, 'reject');
  await expectRefused(keyturn, answer, 'ALREADY_RESOLVED', REVIEW('dora'));
  expect(answer.body).toMatchObject({ state: 'approved', last_review_by: 'bob' });
});

it('row 15: a click after a restart meets the request as it is', async () => {
  const keyturn = await startKeyturn();
  const [open, decided] = [await submit(keyturn, { payload: {} }), await anApproved(keyturn)];
  const after = await keyturn.restart();
  await expectRefused(
    after,
    await review(after, 'dora', decided, 'reject'),
    'ALREADY_RESOLVED',
    REVIEW('dora'),
  );
  expect((await seeAndApprove(after, 'dora', open)).body).toMatchObject({ state: 'approved' });
});

it('row 15: a click after a restart is late when the time ran out meanwhile', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  await keyturn.stop();
  keyturn.clock.advance(HOUR / 2);
  const after = await keyturn.restart();
  await expectRefused(after, await review(after, 'bob', request, 'approve'), 'EXPIRED', REVIEW('bob'));
});
