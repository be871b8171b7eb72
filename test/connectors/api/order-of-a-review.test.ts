import { expect, it } from 'vitest';
import { ONE_KEY, plan, rule, TWO_KEYS } from '../../helpers/rulebook.ts';
import { type Answer, startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  comment,
  expectProblem,
  HOUR,
  post,
  review,
  seeAndApprove,
  submit,
  WRONG_DIGEST,
} from './world.ts';

const RULES = [
  rule('pair', { match: { action: ['db.pair'] }, plan: plan('pair', [['dba', 2]]), replacesDefault: true }),
  rule('why', {
    match: { action: ['db.why'] },
    plan: plan('why', [['dba', 2]], { comment: { approve: true, reject: true, flag: true } }),
    replacesDefault: true,
  }),
  rule('critical', { match: { action: ['db.wipe'] }, plan: ONE_KEY, risk: 'critical' }),
  rule('critical-why', {
    match: { action: ['db.burn'] },
    plan: plan('why', [['dba', 1]], { comment: { approve: true, reject: true, flag: true } }),
    risk: 'critical',
  }),
];

type Case = readonly [
  code: string,
  also: string,
  when: string,
  ask: (keyturn: TestKeyturn) => Promise<Answer>,
];

/** In each case both codes apply, the first one wins, and they are neighbours in the contract's order. */
const CASES: readonly Case[] = [
  [
    'UNAUTHENTICATED',
    'NOT_A_HUMAN',
    'a token nobody has says nothing sensible',
    (keyturn) =>
      keyturn.post(
        'agent',
        '/v1/requests/none/reviews',
        {},
        { authorization: 'Bearer ktc_of_nobody_at_all_0123' },
      ),
  ],
  [
    'NOT_A_HUMAN',
    'INVALID',
    'a client sends a body with an unknown field',
    async (keyturn) => review(keyturn, 'agent', await submit(keyturn), 'approve', { extra: 1 }),
  ],
  [
    'INVALID',
    'NOT_FOUND',
    'a person sends an unknown verdict about no request',
    (keyturn) =>
      keyturn.post('bob', '/v1/requests/req_none/reviews', { verdict: 'ok', action_digest: WRONG_DIGEST }),
  ],
  [
    'NOT_FOUND',
    'NOT_ELIGIBLE',
    'somebody without a seat votes on no request',
    (keyturn) => review(keyturn, 'eve', { id: 'req_none', action_digest: WRONG_DIGEST }, 'approve'),
  ],
  [
    'SELF_REVIEW',
    'NOT_ELIGIBLE',
    'somebody excluded is in no group of a seat',
    async (keyturn) => review(keyturn, 'eve', await submit(keyturn, { on_behalf_of: 'eve' }), 'approve'),
  ],
  [
    'NOT_ELIGIBLE',
    'EXPIRED',
    'an auditor without a seat votes too late',
    async (keyturn) => {
      const request = await submit(keyturn);
      keyturn.clock.advance(HOUR);
      return review(keyturn, 'carol', request, 'approve');
    },
  ],
  [
    'EXPIRED',
    'DIGEST_MISMATCH',
    'the vote is late and names another digest',
    async (keyturn) => {
      const request = await submit(keyturn);
      keyturn.clock.advance(HOUR);
      return review(keyturn, 'bob', { ...request, action_digest: WRONG_DIGEST }, 'approve');
    },
  ],
  [
    'ALREADY_RESOLVED',
    'FLAGGED',
    'it was flagged and then rejected',
    async (keyturn) => {
      const request = await submit(keyturn);
      await review(keyturn, 'bob', request, 'flag');
      await review(keyturn, 'bob', request, 'reject');
      return review(keyturn, 'bob', request, 'approve');
    },
  ],
  [
    'FLAGGED',
    'DIGEST_MISMATCH',
    'it is flagged and the approve names another digest',
    async (keyturn) => {
      const request = await submit(keyturn);
      await review(keyturn, 'bob', request, 'flag');
      return review(keyturn, 'dora', { ...request, action_digest: WRONG_DIGEST }, 'approve');
    },
  ],
  [
    'DIGEST_MISMATCH',
    'ALREADY_REVIEWED',
    'the second approve of a person names another digest',
    async (keyturn) => {
      const request = await submit(keyturn, { action: 'db.pair' });
      await seeAndApprove(keyturn, 'bob', request);
      return review(keyturn, 'bob', { ...request, action_digest: WRONG_DIGEST }, 'approve');
    },
  ],
  [
    'ALREADY_REVIEWED',
    'COMMENT_REQUIRED',
    'the second approve of a person has no comment',
    async (keyturn) => {
      const request = await submit(keyturn, { action: 'db.why' });
      expect((await seeAndApprove(keyturn, 'bob', request, { comment: 'read it' })).status).toBe(200);
      return review(keyturn, 'bob', request, 'approve');
    },
  ],
  [
    'COMMENT_REQUIRED',
    'STEP_UP_REQUIRED',
    'an approve of something critical by token has no comment',
    async (keyturn) => review(keyturn, 'bob', await submit(keyturn, { action: 'db.burn' }), 'approve'),
  ],
  [
    'STEP_UP_REQUIRED',
    'FULL_VIEW_REQUIRED',
    'something critical is approved by token, unseen',
    async (keyturn) => review(keyturn, 'bob', await submit(keyturn, { action: 'db.wipe' }), 'approve'),
  ],
  [
    'FULL_VIEW_REQUIRED',
    'nothing',
    'the payload was never fetched',
    async (keyturn) => review(keyturn, 'bob', await submit(keyturn), 'approve'),
  ],
];

it.each(CASES)('answers %s and not %s when %s', async (code, _also, _when, ask) => {
  expectProblem(await ask(await startKeyturn({ rules: RULES })), code);
});

it('takes a reject of something flagged, but not a flag', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await review(keyturn, 'bob', request, 'flag');
  expectProblem(await review(keyturn, 'dora', request, 'flag'), 'FLAGGED');
  expectProblem(
    await review(keyturn, 'dora', { ...request, action_digest: WRONG_DIGEST }, 'reject'),
    'DIGEST_MISMATCH',
  );
  expect((await review(keyturn, 'dora', request, 'reject')).body).toMatchObject({ state: 'rejected' });
});

it('asks for neither a view nor a stronger way before a reject or a flag', async () => {
  const keyturn = await startKeyturn({ rules: RULES });
  const wipe = await submit(keyturn, { action: 'db.wipe' });
  expect((await review(keyturn, 'bob', wipe, 'reject')).body).toMatchObject({ state: 'rejected' });
  const other = await submit(keyturn);
  expect((await review(keyturn, 'bob', other, 'flag')).body).toMatchObject({ state: 'flagged' });
});

it.each(['approve', 'reject', 'flag'] as const)(
  'wants the comment of %s only where the plan does',
  async (verdict) => {
    const demanding = plan('demanding', [['dba', 1]], {
      comment: { approve: false, reject: false, flag: false, [verdict]: true },
    });
    const keyturn = await startKeyturn({ default: { effect: 'require', plan: demanding }, rules: [] });
    const vote = async (said: typeof verdict, more = {}) => {
      const request = await submit(keyturn, { payload: { n: Math.random() } });
      await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
      return review(keyturn, 'bob', request, said, more);
    };
    expectProblem(await vote(verdict), 'COMMENT_REQUIRED');
    expectProblem(await vote(verdict, { comment: ' \n\t ' }), 'COMMENT_REQUIRED');
    expectProblem(await vote(verdict, { comment: '\u200b\u2060\u{e0041}\u2800' }), 'COMMENT_REQUIRED');
    expectProblem(await vote(verdict, { comment: null }), 'COMMENT_REQUIRED');
    for (const said of ['approve', 'reject'] as const) {
      if (said !== verdict) expect((await vote(said)).status).toBe(200);
    }
    expect((await vote(verdict, { comment: 'because' })).status).toBe(200);
  },
);

it('lets who approved still reject or flag while it is pending', async () => {
  const keyturn = await startKeyturn();
  for (const [verdict, state] of [
    ['reject', 'rejected'],
    ['flag', 'flagged'],
  ] as const) {
    const request = await submit(keyturn, { action: 'db.export', payload: { verdict } });
    await seeAndApprove(keyturn, 'bob', request);
    expect((await review(keyturn, 'bob', request, verdict)).body).toMatchObject({ state });
  }
});

it('says to a late reviewer what was decided, when and by whom', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const { resolved_at } = (await review(keyturn, 'bob', request, 'reject', { comment: 'no' })).body;
  const late = await review(keyturn, 'dora', request, 'approve');
  expectProblem(late, 'ALREADY_RESOLVED');
  expect(late.body).toMatchObject({ state: 'rejected', resolved_at, last_review_by: 'bob' });
});

it.each(['approve', 'reject'] as const)(
  'answers ALREADY_RESOLVED to %s once it is approved',
  async (verdict) => {
    const keyturn = await startKeyturn();
    expectProblem(await review(keyturn, 'dora', await anApproved(keyturn), verdict), 'ALREADY_RESOLVED');
  },
);

it('fills each seat of two with another person and says what it waits for', async () => {
  const keyturn = await startKeyturn({ rules: [rule('two', { plan: TWO_KEYS, replacesDefault: true })] });
  const request = await submit(keyturn);
  expect(request).toMatchObject({ state: 'pending', waiting_for: ['dba 0/1', 'security 0/1'] });
  const first = await seeAndApprove(keyturn, 'bob', request, { comment: 'fine' });
  expect(first.body).toMatchObject({
    state: 'pending',
    waiting_for: ['security 0/1'],
    seats: [
      { from: ['dba'], count: 1, filled_by: ['bob'] },
      { from: ['security'], count: 1, filled_by: [] },
    ],
    reviews: [{ person: 'bob', verdict: 'approve', comment: 'fine', via: 'api', at: expect.any(String) }],
  });
  const second = await seeAndApprove(keyturn, 'carol', request);
  expect(second.body).toMatchObject({ state: 'approved', waiting_for: [], resolved_at: expect.any(String) });
});

it('moves a person who could fill two seats when that lets one more be filled', async () => {
  const keyturn = await startKeyturn({ rules: [rule('two', { plan: TWO_KEYS, replacesDefault: true })] });
  const request = await submit(keyturn);
  expect((await seeAndApprove(keyturn, 'dora', request)).body.seats[0].filled_by).toEqual(['dora']);
  const done = await seeAndApprove(keyturn, 'bob', request);
  expect(done.body).toMatchObject({
    state: 'approved',
    seats: [{ filled_by: ['bob'] }, { filled_by: ['dora'] }],
  });
});

it('refuses a submission that nobody else could approve', async () => {
  const keyturn = await startKeyturn({ groups: { dba: ['alice'], security: ['carol'] } });
  expectProblem(await post(keyturn, 'agent'), 'NO_ELIGIBLE_REVIEWER');
  expectProblem(await comment(keyturn, 'bob', 'revoke', { id: 'req_none' }), 'NOT_FOUND');
});
