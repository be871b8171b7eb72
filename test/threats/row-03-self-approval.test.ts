import { expect, it } from 'vitest';
import { giveLinkCode } from '../../bot/app/link-account.ts';
import { faceOf, personOf, textOf } from '../bot/app/people-world.ts';
import {
  anExecuting,
  comment,
  expectRefused,
  HOUR,
  review,
  seeAndApprove,
  stateOf,
  storyOf,
  submit,
} from '../connectors/api/world.ts';
import { GROUPS, ONE_KEY, rule, type Who } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

const EVERYBODY_IN: Readonly<Record<string, readonly string[]>> = {
  dba: ['alice', 'bob', 'carol', 'dora', 'eve'],
  security: ['alice', 'carol', 'dora'],
};

/** alice owns the agent, is a dba and may lift flags: nothing of that helps her. */
it.each([
  ['the owner of the agent', 'alice', {}, 'agent'],
  ['the human it was asked for', 'eve', { on_behalf_of: 'eve' }, 'agent'],
  ['the person who asked', 'bob', {}, 'bob'],
  ['an auditor who asked', 'carol', {}, 'carol'],
  ['the owner, where it was asked for another', 'alice', { on_behalf_of: 'eve' }, 'ci'],
] as const)('row 3: %s approves nothing', async (_whoever, who, changes, by) => {
  const keyturn = await startKeyturn({ groups: EVERYBODY_IN });
  const request = await submit(keyturn, changes, { who: by });
  const entry = { type: 'review.refused', by: who } as const;
  await expectRefused(keyturn, await review(keyturn, who, request, 'approve'), 'SELF_REVIEW', entry);
  await expectRefused(keyturn, await seeAndApprove(keyturn, who, request), 'SELF_REVIEW', entry);
  expect(await stateOf(keyturn, request)).toBe('pending');
  expect(await storyOf(keyturn, request)).not.toContain('review.recorded');
});

it('row 3: a second linked account is the same person', async () => {
  const second = 'ktp_second_account_of_bob_0123456789';
  const keyturn = await startKeyturn({ moreTokens: { bob: [second] } });
  const request = await submit(keyturn, {}, { who: 'bob' });
  const headers = { authorization: `Bearer ${second}` };
  const body = { verdict: 'approve', action_digest: request.action_digest };
  const answer = await keyturn.post('eve', `/v1/requests/${request.id}/reviews`, body, headers);
  await expectRefused(keyturn, answer, 'SELF_REVIEW', { type: 'review.refused', by: 'bob' });
});

it('row 3: whom a rule excludes approves nothing, also by a rule whose effect did not win', async () => {
  const keyturn = await startKeyturn({
    rules: (personOf) => [
      rule('two', { match: { action: ['db.*'] }, plan: ONE_KEY, exclude: [personOf('bob')] }),
      rule('quiet', { effect: 'allow', when: () => true, exclude: [personOf('dora')] }),
    ],
    groups: { ...GROUPS, dba: ['alice', 'bob', 'dora', 'eve'] },
  });
  const request = await submit(keyturn);
  for (const who of ['bob', 'dora'] as const) {
    const answer = await seeAndApprove(keyturn, who, request);
    await expectRefused(keyturn, answer, 'SELF_REVIEW', { type: 'review.refused', by: who });
  }
  expect((await seeAndApprove(keyturn, 'eve', request)).body).toMatchObject({ state: 'approved' });
});

it('row 3: the excluded fill no seat beside others either', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'db.export' });
  await seeAndApprove(keyturn, 'carol', request);
  await seeAndApprove(keyturn, 'alice', request);
  const { body } = await keyturn.get('alice', `/v1/requests/${request.id}`);
  expect([body.state, body.waiting_for]).toEqual(['pending', ['dba 0/1']]);
  expect(body.excluded).toEqual([{ person: 'alice', because: 'owner of agent' }]);
});

it('row 3: the excluded neither lift a flag, nor a freeze, nor settle', async () => {
  const groups = { ...GROUPS, security: ['alice', 'carol', 'dora'] };
  const keyturn = await startKeyturn({ groups });
  const running = await anExecuting(keyturn);
  const flagged = await submit(keyturn, { payload: {} });
  await review(keyturn, 'bob', flagged, 'flag');
  const refused = async (answer: ReturnType<typeof comment>, by: Who) =>
    expectRefused(keyturn, await answer, 'SELF_REVIEW', { type: 'client.refused', by });
  await refused(comment(keyturn, 'alice', 'clear', flagged), 'alice');
  await refused(keyturn.post('alice', '/v1/requesters/agent/clear', { comment: 'mine' }), 'alice');
  keyturn.clock.advance(HOUR);
  await refused(comment(keyturn, 'alice', 'settle', running, { status: 'succeeded' }), 'alice');
  expect(await stateOf(keyturn, running)).toBe('unknown');
});

it('row 3: a claim adds people to the exclusion set and takes nobody out', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { on_behalf_of: 'eve' });
  expect(request).not.toHaveProperty('excluded');
  const { body } = await keyturn.get('alice', `/v1/requests/${request.id}`);
  expect(body.excluded).toEqual([
    { person: 'alice', because: 'owner of agent' },
    { person: 'eve', because: 'asked on their behalf' },
  ]);
});

it('row 3: who owns the agent since a reload approves nothing that it asked before', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const after = await keyturn.restart({ version: '2', owners: { agent: 'bob' } });
  const answer = await seeAndApprove(after, 'bob', request);
  await expectRefused(after, answer, 'SELF_REVIEW', { type: 'review.refused', by: 'bob' });
});

it.each([
  ['who asked', 'bob', {}],
  ['the owner of the agent', 'alice', {}],
  ['on whose behalf it was asked', 'eve', { on_behalf_of: 'eve' }],
] as const)('row 3: %s approves nothing from a linked account either', async (_whoever, who, changes) => {
  const keyturn = await startKeyturn({ groups: EVERYBODY_IN });
  const { context } = keyturn.keyturn;
  const given = await giveLinkCode(context, personOf(keyturn, who));
  if (!given.ok) throw new Error(given.code);
  await faceOf(keyturn).type('slack:T01/U0NEW', `link ${given.code}`);
  const request = await submit(keyturn, changes, { who: who === 'bob' ? 'bob' : 'agent' });
  const answer = await faceOf(keyturn).click('slack:T01/U0NEW', request);
  expect(textOf(answer)).toContain('You cannot decide on this request');
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('row 3: an account that was linked after the request was asked is out as well', async () => {
  const keyturn = await startKeyturn({ groups: EVERYBODY_IN });
  const request = await submit(keyturn, {}, { who: 'bob' });
  const given = await giveLinkCode(keyturn.keyturn.context, personOf(keyturn, 'bob'));
  if (!given.ok) throw new Error(given.code);
  await faceOf(keyturn).type('slack:T01/U0NEW', `link ${given.code}`);
  const answer = await faceOf(keyturn).click('slack:T01/U0NEW', request);
  expect(textOf(answer)).toContain('You cannot decide on this request');
});
