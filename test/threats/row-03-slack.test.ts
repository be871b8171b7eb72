import { expect, it } from 'vitest';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { expectUndecided, told, underAttack } from './slack-world.ts';

it('row 3: the owner of the agent clicks Approve in Slack, and is told why that is not theirs to do', async () => {
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
  const { text } = await attack.face.click('eve', 1, 'Approve');
  expect(text).toContain('You cannot decide');
  await expectUndecided(attack);
});

it('row 3: a person asks by API and approves by Slack: it is the same person', async () => {
  const attack = await underAttack();
  const own = await attack.keyturn.post('bob', '/v1/requests', aSubmission({ action: 'db.vacuum' }));
  const { text } = await attack.face.click('bob', own.body.number, 'Approve');
  expect(text).toContain('You cannot decide');
  expect((await attack.keyturn.get('bob', `/v1/requests/${own.body.id}`)).body).toMatchObject({
    state: 'pending',
  });
});

it('row 3: a workspace admin has no way around it', async () => {
  const attack = await underAttack();
  attack.slack.world.changeUser('U01', { real_name: 'Alice (Workspace Owner)' });
  await attack.slack.person('U01').click(attack.card, 'Approve');
  await told(attack.slack, 'U01', 'You cannot decide');
  await expectUndecided(attack);
});
