import { expect, it } from 'vitest';
import { tokenOf } from '../helpers/rulebook.ts';
import { expectUndecided, underAttack } from './slack-world.ts';

it('row 7: an agent that can write in Slack as a bot can neither decide nor open anything', async () => {
  const attack = await underAttack();
  const { slack, card } = attack;
  const bot = slack.person('U14');
  await bot.click(card, 'Approve');
  const mention = bot.mentionOf('reject 1 no', card.channel);
  const { event } = mention.payload as { event: Record<string, unknown> };
  await slack.deliver({ ...mention, payload: { ...mention.payload, event: { ...event, bot_id: 'B14' } } });
  await bot.command('/keyturn', 'flag 1 no', card.channel);
  await expectUndecided(attack);
  expect(slack.views.open.has('U14')).toBe(false);
});

it("row 7: an agent's own token does not open the door that Slack's signature opens", async () => {
  const attack = await underAttack();
  const click = attack.slack.person('U02').clickOf(attack.card, 'Approve');
  const answer = await fetch(`${attack.keyturn.url}/slack/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokenOf('agent')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ payload: JSON.stringify(click.payload) }).toString(),
  });
  expect(answer.status).toBe(401);
  await expectUndecided(attack);
});

it('row 7: a click that names another verb than its button is only ever that verb', async () => {
  const attack = await underAttack();
  const click = attack.slack.person('U01').clickOf(attack.card, 'Approve');
  const [action] = click.payload['actions'] as Record<string, unknown>[];
  for (const value of [
    '',
    '{}',
    '{"v":"approve"}',
    '{"v":"consume","r":"x","d":"y"}',
    'null',
    '[]',
    '{"v":"approve","r":1,"d":2}',
  ]) {
    const forged = { ...click.payload, trigger_id: `x.${value}`, actions: [{ ...action, value }] };
    expect(await attack.slack.deliver({ kind: 'interaction', payload: forged })).toMatchObject({
      acked: true,
    });
  }
  await expectUndecided(attack);
  expect(attack.slack.world.ephemerals.filter(({ to }) => to === 'U01')).toHaveLength(7);
});
