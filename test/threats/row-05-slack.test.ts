import { describe, expect, it } from 'vitest';
import { readLog } from '../connectors/api/world.ts';
import type { SlackUser } from '../helpers/fake-slack/world.ts';
import { SLACK_MODES } from '../helpers/start-slack.ts';
import { expectUndecided, told, underAttack } from './slack-world.ts';

/** Bob, who may decide, with one thing about his account that he must not have. */
const SORTS: readonly (readonly [what: string, change: Partial<SlackUser>, says: string])[] = [
  ['a guest', { is_restricted: true }, 'Guest accounts cannot decide'],
  [
    'a single-channel guest',
    { is_restricted: true, is_ultra_restricted: true },
    'Guest accounts cannot decide',
  ],
  ['a bot', { is_bot: true }, 'Bots cannot decide'],
  ['deactivated', { deleted: true }, 'deactivated'],
  ['a stranger of Slack Connect', { is_stranger: true }, 'from another one'],
  ['of another workspace', { team_id: 'T99' }, 'from another one'],
];

describe.each(SLACK_MODES)('row 5, in Slack (%s)', (mode) => {
  it.each(SORTS)('refuses an account of the policy that is %s, and says so', async (_what, change, says) => {
    const attack = await underAttack({}, {}, mode);
    const { slack } = attack;
    slack.world.changeUser('U02', change);
    await slack.person('U02').click(attack.card, 'Approve');
    await told(slack, 'U02', says);
    await slack.person('U02').command('/keyturn', 'reject 1 no');
    await expectUndecided(attack);
    const refused = (await readLog(attack.keyturn)).filter(({ type }) => type === 'client.refused');
    expect(refused).toHaveLength(1);
  });
});

it('row 5: refuses somebody whom the policy does not know, whatever they are called', async () => {
  const attack = await underAttack();
  attack.slack.world.changeUser('U10', { name: 'bob', real_name: 'bob' });
  await attack.slack.person('U10').click(attack.card, 'Approve');
  await told(attack.slack, 'U10', 'belongs to no person');
  await attack.slack.person('U10').mention('reject 1 no');
  await expectUndecided(attack);
});

it('row 5: refuses a request that names another team than the workspace, with the same user id', async () => {
  const attack = await underAttack();
  const click = attack.slack.person('U02').clickOf(attack.card, 'Approve');
  const forged = { ...click, payload: { ...click.payload, user: { id: 'U02', team_id: 'T99' } } };
  await attack.slack.deliver(forged);
  await told(attack.slack, 'U02', 'from another one');
  await expectUndecided(attack);
});

it('row 5: looks again when it counts: who was a member a second ago and is a guest now is refused', async () => {
  const attack = await underAttack();
  const { slack } = attack;
  await slack.person('U02').openHome();
  await slack.until('the Home', () => slack.person('U02').home());
  slack.world.changeUser('U02', { is_restricted: true });
  await slack.person('U02').click(attack.card, 'Approve');
  await told(slack, 'U02', 'Guest accounts cannot decide');
  await expectUndecided(attack);
});

it('row 5: takes a flag that Slack does not send for a no', async () => {
  const attack = await underAttack();
  const { is_bot: _gone, ...rest } = attack.slack.world.users.get('U02') ?? {};
  attack.slack.world.users.set('U02', rest as SlackUser);
  await attack.slack.person('U02').click(attack.card, 'Approve');
  await told(attack.slack, 'U02', 'cannot say who you are');
  await expectUndecided(attack);
});

it('row 5: a stranger sees no queue in their Home', async () => {
  const attack = await underAttack();
  await attack.slack.person('U10').openHome();
  const home = await attack.slack.until('the Home', () => attack.slack.person('U10').home());
  expect(JSON.stringify(home.view)).toContain('belongs to no person');
  expect(JSON.stringify(home.view)).not.toContain('orders');
});
