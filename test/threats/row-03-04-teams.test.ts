import { expect, it } from 'vitest';
import { review, stateOf } from '../connectors/api/world.ts';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { expectUndecided, underAttack } from './teams-world.ts';

it('row 3: the owner of the agent clicks Approve in Teams, and is told why that is not theirs to do', async () => {
  const attack = await underAttack();
  const { text } = await attack.face.click('alice', 1, 'Approve');
  expect(text).toMatch(/You cannot decide[\s\S]*owner of agent/);
  await expectUndecided(attack);
});

it('row 3: whoever it was asked for clicks, as a member of the group that may', async () => {
  const attack = await underAttack(
    { on_behalf_of: 'eve' },
    { groups: { dba: ['eve', 'bob'], security: ['carol'] } },
  );
  expect((await attack.face.click('eve', 1, 'Approve')).text).toContain('You cannot decide');
  await expectUndecided(attack);
});

it('row 3: a person asks by API and approves by Teams: it is the same person', async () => {
  const attack = await underAttack();
  const own = await attack.keyturn.post('bob', '/v1/requests', aSubmission({ action: 'db.vacuum' }));
  const { text } = await attack.face.click('bob', own.body.number, 'Approve');
  expect(text).toContain('You cannot decide');
  expect(await stateOf(attack.keyturn, own.body, 'bob')).toBe('pending');
});

it('row 3: the owner of the team has no way around it', async () => {
  const attack = await underAttack();
  attack.teams.world.change('alice', { userRole: 'owner' });
  expect((await attack.face.click('alice', 1, 'Approve')).text).toContain('You cannot decide');
  await expectUndecided(attack);
});

it('row 4: one person in both groups approves in Teams and by API: they fill one seat', async () => {
  const { face, keyturn, request } = await underAttack({ action: 'db.export' });
  expect((await face.click('dora', 1, 'Approve')).text).toContain('Still missing');
  expect((await face.click('dora', 1, 'Approve')).text).toContain('You have approved this request already');
  await keyturn.get('dora', `/v1/requests/${request.id}/payload`);
  expect((await review(keyturn, 'dora', request, 'approve')).body).toMatchObject({
    code: 'ALREADY_REVIEWED',
  });
  expect(await stateOf(keyturn, request)).toBe('pending');
  await face.click('bob', 1, 'Approve');
  expect(await stateOf(keyturn, request)).toBe('approved');
});
