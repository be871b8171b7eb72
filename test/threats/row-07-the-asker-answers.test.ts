import { expect, it } from 'vitest';
import { CALLS } from '../../connectors/api/openapi.ts';
import {
  anApproved,
  expectProblem,
  expectRefused,
  review,
  seeAndApprove,
  stateOf,
  storyOf,
  submit,
} from '../connectors/api/world.ts';
import { tokenOf } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

const CLIENTS = ['agent', 'ci'] as const;

it.each(['approve', 'reject', 'flag'] as const)(
  'row 7: a client that reviews its own request or another with %s is no human',
  async (verdict) => {
    const keyturn = await startKeyturn();
    const request = await submit(keyturn);
    for (const who of CLIENTS) {
      const answer = await review(keyturn, who, request, verdict, { comment: 'lgtm' });
      await expectRefused(keyturn, answer, 'NOT_A_HUMAN', { type: 'client.refused', by: who });
    }
    expect(await stateOf(keyturn, request)).toBe('pending');
  },
);

it.each(['clear', 'revoke', 'stop', 'settle'])('row 7: a client has no %s either', async (call) => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const body = { comment: 'x', ...(call === 'settle' ? { status: 'succeeded' } : {}) };
  const answer = await keyturn.post('agent', `/v1/requests/${request.id}/${call}`, body);
  await expectRefused(keyturn, answer, 'NOT_A_HUMAN', { type: 'client.refused', by: 'agent' });
  const freeze = await keyturn.post('agent', '/v1/requesters/agent/clear', { comment: 'x' });
  await expectRefused(keyturn, freeze, 'NOT_A_HUMAN', { type: 'client.refused', by: 'agent' });
});

it('row 7: a client may not fetch the payload, so that it is no reviewer’s proof of having looked', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const answer = await keyturn.get('agent', `/v1/requests/${request.id}/payload`);
  await expectRefused(keyturn, answer, 'FORBIDDEN', { type: 'client.refused', by: 'agent' });
  expectProblem(await review(keyturn, 'bob', request, 'approve'), 'FULL_VIEW_REQUIRED');
});

it('row 7: no call of the contract has a verb of approval but the one for people', () => {
  const words = CALLS.map(({ path }) => path).filter((path) =>
    /approv|review|grant|allow|accept|bypass|force/.test(path),
  );
  expect(words).toEqual(['/v1/requests/{id}/reviews', '/v1/requests/{id}/post-review']);
});

it('row 7: a GET decides nothing, whatever its address or its headers say', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  const before = await storyOf(keyturn, request);
  const headers = {
    authorization: `Bearer ${tokenOf('bob')}`,
    'x-http-method-override': 'POST',
    'x-method-override': 'POST',
    'x-original-method': 'POST',
  };
  for (const path of [
    '/reviews',
    '/reviews?verdict=approve',
    '/approve',
    '?verdict=approve',
    '?_method=POST',
  ]) {
    const response = await fetch(`${keyturn.url}/v1/requests/${request.id}${path}`, { headers });
    expect([404, 422]).toContain(response.status);
  }
  expect((await storyOf(keyturn, request)).filter((type) => type !== 'client.refused')).toEqual(before);
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('row 7: a form, a cookie and a token in the address authenticate nobody', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  const url = `${keyturn.url}/v1/requests/${request.id}/reviews`;
  const body = JSON.stringify({ verdict: 'approve', action_digest: request.action_digest });
  for (const [address, headers] of [
    [url, { cookie: `token=${tokenOf('bob')}`, origin: 'http://127.0.0.1:3000' }],
    [`${url}?token=${tokenOf('bob')}`, {}],
    [url, { 'x-authorization': `Bearer ${tokenOf('bob')}` }],
    [url, { authorization: `Basic ${Buffer.from(`bob:${tokenOf('bob')}`).toString('base64')}` }],
  ] as const) {
    const response = await fetch(address, { method: 'POST', headers: { ...headers }, body });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      401,
      'UNAUTHENTICATED',
    ]);
  }
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('row 7: a person’s token that an agent found approves nothing critical', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'db.wipe' });
  const answer = await seeAndApprove(keyturn, 'bob', request);
  await expectRefused(keyturn, answer, 'STEP_UP_REQUIRED', { type: 'review.refused', by: 'bob' });
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('row 7: the token of its own owner approves nothing at all', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const answer = await seeAndApprove(keyturn, 'alice', request);
  await expectRefused(keyturn, answer, 'SELF_REVIEW', { type: 'review.refused', by: 'alice' });
});

it('row 7: a body that claims another reviewer or another face is refused', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'db.wipe' });
  for (const claim of [{ person: 'dora' }, { via: 'slack' }, { reviewer: 'dora' }, { shown: true }]) {
    const answer = await review(keyturn, 'bob', request, 'approve', claim);
    await expectRefused(keyturn, answer, 'INVALID', { type: 'client.refused', by: 'bob' });
  }
});
