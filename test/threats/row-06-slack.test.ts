import { expect, it } from 'vitest';
import { stateOf } from '../connectors/api/world.ts';
import { readBlocks } from '../helpers/fake-slack/read-blocks.ts';
import { expectUndecided, underAttack } from './slack-world.ts';

it('row 6: prose, typed commands and mentions approve nothing, whoever writes them', async () => {
  const attack = await underAttack();
  const { slack, card } = attack;
  const bob = slack.person('U02');
  for (const text of ['lgtm', '👍', 'approved', 'approve 1', 'approve 1 yes please', 'APPROVE #1']) {
    bob.say(text, card.channel, card.ts);
    await bob.mention(text, card.channel, card.ts);
    await bob.mention(text, card.channel);
    await bob.command('/keyturn', text, card.channel);
    await bob.command('/approve', text, card.channel);
  }
  await expectUndecided(attack);
  // What `approve 1` does is to show the asker, and nobody else, the card whose button decides.
  const shown = slack.world.ephemerals.filter(({ blocks }) => readBlocks(blocks).buttons.includes('Approve'));
  expect(shown.length).toBeGreaterThan(0);
  expect(new Set(shown.map(({ to }) => to))).toEqual(new Set(['U02']));
  const [first] = shown;
  if (first === undefined) throw new Error('nothing was shown');
  await bob.clickEphemeral(first, 'Approve');
  expect(await stateOf(attack.keyturn, attack.request)).toBe('approved');
});

it('row 6: no GET decides or shows anything, and no link does', async () => {
  const attack = await underAttack();
  const { url } = attack.keyturn;
  for (const path of [
    '/slack/events',
    '/slack/events?payload=%7B%7D',
    `/slack/events/${attack.request.id}`,
  ]) {
    expect((await fetch(`${url}${path}`)).status).toBe(404);
  }
  expect(readBlocks(attack.card.blocks).links).toEqual([]);
  await expectUndecided(attack);
});

it('row 6: being in the channel is no right to decide', async () => {
  const attack = await underAttack();
  await attack.slack.person('U05').click(attack.card, 'Approve');
  expect(attack.slack.world.channels.get('C01')?.members.has('U05')).toBe(true);
  await expectUndecided(attack);
});
