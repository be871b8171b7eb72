import { expect, it } from 'vitest';
import { faceOf, textOf } from '../bot/app/people-world.ts';
import {
  expectProblem,
  readLog,
  review,
  seeAndApprove,
  stateOf,
  storyOf,
  submit,
} from '../connectors/api/world.ts';
import { ONE_KEY } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

// What is proven of an account is the face's to prove: see the tests of Slack for guests, bots and
// foreign workspaces. Here: whose account it is, by everything that is known of people.

const BOB = 'slack:T01/U0BOB';

it.each([
  ['an account of nobody', 'slack:T01/U0EVE'],
  ['the same user of another workspace', 'slack:T02/U0BOB'],
  ['a user whose id begins alike', 'slack:T01/U0BOB2'],
  ['the e-mail address of a reviewer', 'slack:bob@example.com'],
  ['the name of a reviewer', 'slack:bob'],
  ['the id of a reviewer in small letters', 'slack:T01/u0bob'],
  ['the account with another provider in front', 'teams:T01/U0BOB'],
  ['the account among spaces', ` ${BOB}`],
])('row 5: %s approves nothing, is told so, and is on record', async (_who, account) => {
  const keyturn = await startKeyturn({ accounts: { [BOB]: 'bob' } });
  const request = await submit(keyturn);
  const face = faceOf(keyturn);
  expect(face.who(account)).toBe('UNKNOWN_ACCOUNT');
  for (const line of ['approve 1', 'reject 1 because', 'flag 1 because', 'show 1', 'link', 'lgtm']) {
    expect(await face.type(account, line)).toContain('This account belongs to no person in the policy');
  }
  expect(face.recorded).toHaveLength(6);
  expect(await stateOf(keyturn, request)).toBe('pending');
  expect(await storyOf(keyturn, request)).toEqual(['request.submitted']);
});

it('row 5: with the same account the reviewer is a reviewer', async () => {
  const keyturn = await startKeyturn({ accounts: { [BOB]: 'bob' } });
  const request = await submit(keyturn);
  await faceOf(keyturn).click(BOB, request);
  expect(await stateOf(keyturn, request)).toBe('approved');
});

it('row 5: who was taken out of the policy, or is not active any more, approves nothing from that moment on', async () => {
  const keyturn = await startKeyturn({ accounts: { [BOB]: 'bob' } });
  const request = await submit(keyturn);
  const bob = faceOf(keyturn).caller(BOB);
  const after = await keyturn.restart({ version: '2', gone: ['bob'] });
  expect(faceOf(after).who(BOB)).toBe('UNKNOWN_ACCOUNT');
  expectProblem(await review(after, 'bob', request, 'approve'), 'UNAUTHENTICATED');
  // Recognised before it and deciding after it: what counts is the moment of the decision.
  const late = { verb: 'approve', request: request.id, digest: request.action_digest, fields: {} } as const;
  expect(textOf(await faceOf(after).desk.click(bob, late))).toContain('You are not one of the people');
  expect(await stateOf(after, request)).toBe('pending');
});

it('row 5: the vote of somebody who left since is lost, also of one whose account was linked', async () => {
  const keyturn = await startKeyturn({
    accounts: { [BOB]: 'bob' },
    default: { effect: 'require', plan: ONE_KEY },
  });
  const request = await submit(keyturn);
  await faceOf(keyturn).click(BOB, request);
  const after = await keyturn.restart({ version: '2', gone: ['bob'] });
  expect(await stateOf(after, request)).toBe('revoked');
});

it('row 5: an account that was unlinked between the click and the decision decides nothing', async () => {
  const keyturn = await startKeyturn();
  const { context } = keyturn.keyturn;
  const { giveLinkCode, redeemLinkCode, unlinkAccount } = await import('../../bot/app/link-account.ts');
  const given = await giveLinkCode(context, context.store.committed.personOf('bob') as never);
  if (!given.ok) throw new Error(given.code);
  await redeemLinkCode(context, BOB as never, given.code);
  const request = await submit(keyturn);
  const bob = faceOf(keyturn).caller(BOB);
  await unlinkAccount(context, BOB, 'root');
  const late = { verb: 'approve', request: request.id, digest: request.action_digest, fields: {} } as const;
  expect(textOf(await faceOf(keyturn).desk.click(bob, late))).toContain('You are not one of the people');
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('row 5: a stranger over HTTP is told nothing, with any credential that is none', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const answer = await keyturn.post(
    'bob',
    `/v1/requests/${request.id}/reviews`,
    { verdict: 'approve' },
    {
      authorization: 'Bearer ktp_nobody_that_anybody_knows',
    },
  );
  expectProblem(answer, 'UNAUTHENTICATED');
  expect((await seeAndApprove(keyturn, 'eve', request)).body.code).toBe('NOT_ELIGIBLE');
  expect((await readLog(keyturn)).filter(({ type }) => type === 'review.recorded')).toEqual([]);
});
