import { expect, it } from 'vitest';
import { stateOf } from '../connectors/api/world.ts';
import { cardOf, readCard } from '../helpers/fake-teams/read-card.ts';
import { CHANNEL } from '../helpers/fake-teams/world.ts';
import { tokenOf } from '../helpers/rulebook.ts';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { expectUndecided, underAttack } from './teams-world.ts';

it('row 6: prose, typed commands and mentions approve nothing, whoever writes them', async () => {
  const attack = await underAttack();
  const { teams, card } = attack;
  const bob = teams.person('bob');
  for (const text of ['lgtm', '👍', 'approved', 'approve 1', 'approve 1 yes please', 'APPROVE #1']) {
    await bob.mention(text);
    await bob.mention(text, card.conversation);
    await bob.write(text);
  }
  await expectUndecided(attack);
  // What `approve 1` does is to show the asker, and nobody else, the card whose button decides.
  const offers = teams.world.messages.filter(({ activity }) =>
    readCard(cardOf(activity)).buttons.includes('Approve'),
  );
  expect(new Set(offers.map(({ conversation }) => conversation))).toEqual(
    new Set([card.conversation, bob.chat]),
  );
  const own = offers.find(({ conversation }) => conversation === bob.chat);
  if (own === undefined) throw new Error('nothing was shown');
  await bob.click(own, 'Approve');
  expect(await stateOf(attack.keyturn, attack.request)).toBe('approved');
});

it('row 6: answers go to the asker alone, and never into the channel', async () => {
  const attack = await underAttack();
  const { teams, card } = attack;
  await teams.person('bob').mention('show 1', card.conversation);
  await teams.person('eve').mention('show 1', card.conversation);
  await teams.until(
    'both answers',
    () =>
      teams.world.standing(teams.person('bob').chat)[0] && teams.world.standing(teams.person('eve').chat)[0],
  );
  expect(teams.world.standing(CHANNEL)).toHaveLength(1);
  const told = teams.world.replies(card).map(({ activity }) => activity.summary);
  expect(told).not.toContain('Keyturn answers');
  const eves = teams.world.standing(teams.person('eve').chat)[0];
  expect(readCard(cardOf(eves?.activity)).text).toContain('There is nothing of that name');
});

it('row 6: who cannot be written to is told how they can, and nothing of what they asked for', async () => {
  const attack = await underAttack();
  const { teams, card } = attack;
  teams.world.blocking.add(teams.world.user('bob').oid);
  await teams.person('bob').mention('show 1', card.conversation);
  const answer = await teams.until('the answer', () =>
    teams.world.replies(card).find(({ activity }) => activity.summary === 'Keyturn answers'),
  );
  const { text } = readCard(cardOf(answer.activity));
  expect(text).toContain('Open a chat with this app');
  expect(text).not.toContain('FIN-231');
});

it('row 6: no GET decides or shows anything, and no link does', async () => {
  const attack = await underAttack();
  for (const path of ['/api/messages', '/api/messages?x=1', `/api/messages/${attack.request.id}`])
    expect((await fetch(`${attack.keyturn.url}${path}`)).status).toBe(404);
  expect(JSON.stringify(cardOf(attack.card.activity))).not.toMatch(/OpenUrl|"url"/);
  await expectUndecided(attack);
});

it('row 6: being in the channel is no right to decide, nor to see', async () => {
  const attack = await underAttack();
  expect((await attack.face.click('eve', 1, 'Approve')).text).toMatch(
    /not one of the people|cannot decide|nothing of that name/,
  );
  expect((await attack.face.click('eve', 1, 'View full payload')).text).toContain(
    'There is nothing of that name',
  );
  await expectUndecided(attack);
});

it("row 7: an agent's own token does not open the door that Teams' signature opens", async () => {
  const attack = await underAttack();
  const { teams, card } = attack;
  const click = teams.person('bob').clickOf(card, cardOf(card.activity), 'Approve');
  for (const who of ['agent', 'bob'] as const)
    expect((await teams.deliverWith(click, `Bearer ${tokenOf(who)}`)).status).toBe(401);
  await expectUndecided(attack);
});

it('row 7: a click that names another verb than its button, or another request, is only ever that', async () => {
  const attack = await underAttack();
  const { teams, card, request } = attack;
  const bob = teams.person('bob');
  const good = bob.clickOf(card, cardOf(card.activity), 'Approve');
  const { value } = good as { value: { action: { data: object } } };
  for (const action of [
    { ...value.action, verb: 'consume' },
    { ...value.action, type: 'Action.Submit' },
    { ...value.action, data: { ...value.action.data, digest: `sha256:${'0'.repeat(64)}` } },
    { ...value.action, data: { ...value.action.data, request: 'req_another' } },
    { ...value.action, data: { request: [request.id], digest: request.action_digest } },
    { ...value.action, data: {} },
  ]) {
    const { status } = await teams.deliver({ ...good, id: `f:${JSON.stringify(action)}`, value: { action } });
    expect(status).toBeLessThan(500);
  }
  await expectUndecided(attack);
});

it('row 7: a click on one card that names another request is answered without the card that was clicked', async () => {
  const attack = await underAttack();
  const { teams, card } = attack;
  const own = await attack.keyturn.post('bob', '/v1/requests', aSubmission({ action: 'db.vacuum' }));
  const click = teams.person('bob').clickOf(card, cardOf(card.activity), 'Approve');
  const data = { request: own.body.id, digest: own.body.action_digest };
  const value = { action: { type: 'Action.Execute', verb: 'approve', data } };
  const { body } = await teams.deliver({ ...click, value });
  expect(readCard(body.value).text).toContain('You cannot decide');
  expect(readCard(body.value).text).not.toContain('Request 1 · rule');
  await expectUndecided(attack);
});

it('row 7: what a click says of itself shows nobody a request that they cannot see', async () => {
  const attack = await underAttack();
  const { teams, card, request } = attack;
  const click = teams.person('eve').clickOf(card, cardOf(card.activity), 'Approve');
  // From a chat of her own, where no card of it stands.
  const { conversation } = teams.person('eve').activity(teams.person('eve').chat, {}) as {
    conversation: object;
  };
  for (const verb of ['card', 'show', 'reject', 'view']) {
    const value = {
      action: { type: 'Action.Execute', verb, data: { request: request.id, digest: request.action_digest } },
    };
    const answer = await teams.deliver({ ...click, id: `f:${verb}`, conversation, value });
    expect(answer.text).not.toContain('FIN-231');
  }
  await expectUndecided(attack);
});
