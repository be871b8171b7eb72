import { expect, it } from 'vitest';
import { giveLinkCode } from '../../bot/app/link-account.ts';
import { faceOf, personOf, textOf } from '../bot/app/people-world.ts';
import {
  expectProblem,
  expectRefused,
  review,
  seeAndApprove,
  stateOf,
  storyOf,
  submit,
} from '../connectors/api/world.ts';
import { plan } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

it('row 4: a person in both groups fills one seat of two', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'db.export' });
  expect((await seeAndApprove(keyturn, 'dora', request)).body).toMatchObject({ state: 'pending' });
  const again = await review(keyturn, 'dora', request, 'approve');
  await expectRefused(keyturn, again, 'ALREADY_REVIEWED', { type: 'review.refused', by: 'dora' });
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(body.seats.flatMap(({ filled_by }: { filled_by: string[] }) => filled_by)).toEqual(['dora']);
  expect(body.waiting_for).toHaveLength(1);
});

it('row 4: a person with two accounts is one person', async () => {
  const second = 'ktp_second_account_of_dora_0123456789';
  const keyturn = await startKeyturn({ moreTokens: { dora: [second] } });
  const request = await submit(keyturn, { action: 'db.export' });
  await seeAndApprove(keyturn, 'dora', request);
  const body = { verdict: 'approve', action_digest: request.action_digest };
  const headers = { authorization: `Bearer ${second}` };
  const again = await keyturn.post('eve', `/v1/requests/${request.id}/reviews`, body, headers);
  await expectRefused(keyturn, again, 'ALREADY_REVIEWED', { type: 'review.refused', by: 'dora' });
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('row 4: one person counts once for a seat of two, however often and however fast', async () => {
  const pair = plan('pair', [['dba', 2]]);
  const keyturn = await startKeyturn({ rules: [], default: { effect: 'require', plan: pair } });
  const request = await submit(keyturn);
  await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  await Promise.all(Array.from({ length: 5 }, () => review(keyturn, 'bob', request, 'approve')));
  expect(await stateOf(keyturn, request)).toBe('pending');
  expect((await storyOf(keyturn, request)).filter((type) => type === 'review.recorded')).toHaveLength(1);
  expect((await seeAndApprove(keyturn, 'dora', request)).body).toMatchObject({ state: 'approved' });
});

it('row 4: no other way of saying a group makes one seat into two', async () => {
  const twice = plan('twice', [['dba', 1]], {
    seats: [
      { from: ['dba', 'security'], count: 1 },
      { from: ['security', 'dba', 'dba'], count: 2 },
    ],
  });
  const keyturn = await startKeyturn({ rules: [], default: { effect: 'require', plan: twice } });
  const request = await submit(keyturn);
  const { body } = await seeAndApprove(keyturn, 'dora', request);
  expect([body.state, body.waiting_for]).toEqual(['pending', ['dba or security 1/2']]);
  expectProblem(await review(keyturn, 'dora', request, 'approve'), 'ALREADY_REVIEWED');
  expect((await seeAndApprove(keyturn, 'bob', request)).body).toMatchObject({ state: 'approved' });
});

it('row 4: machines fill no seat', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  for (const who of ['agent', 'ci'] as const) {
    const answer = await review(keyturn, who, request, 'approve');
    await expectRefused(keyturn, answer, 'NOT_A_HUMAN', { type: 'client.refused', by: who });
  }
});

it('row 4: a person who votes by token and by a linked account is one person', async () => {
  const keyturn = await startKeyturn({ accounts: { 'slack:T01/U0DORA': 'dora' } });
  const given = await giveLinkCode(keyturn.keyturn.context, personOf(keyturn, 'dora'));
  if (!given.ok) throw new Error(given.code);
  await faceOf(keyturn).type('slack:T01/U0NEW', `link ${given.code}`);
  const request = await submit(keyturn, { action: 'db.export' });
  await seeAndApprove(keyturn, 'dora', request);
  for (const account of ['slack:T01/U0DORA', 'slack:T01/U0NEW']) {
    const answer = await faceOf(keyturn).click(account, request);
    expect(textOf(answer)).toContain('You have approved this request already');
  }
  expect(await stateOf(keyturn, request)).toBe('pending');
});
