import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stateOf, storyOf } from '../connectors/api/world.ts';
import { readBlocks } from '../helpers/fake-slack/read-blocks.ts';
import { SLACK_MODES } from '../helpers/start-slack.ts';
import { told, underAttack } from './slack-world.ts';

describe.each(SLACK_MODES)('row 15, in Slack (%s)', (mode) => {
  it('forty clicks at once on one card are one decision, and forty answers', async () => {
    const { slack, card, keyturn, request } = await underAttack({}, {}, mode);
    const clicks = Array.from({ length: 40 }, (_none, index) =>
      slack.person(index % 2 ? 'U02' : 'U04').click(card, 'Approve'),
    );
    expect((await Promise.all(clicks)).every(({ acked }) => acked)).toBe(true);
    await slack.until('every answer', () => (slack.world.ephemerals.length >= 40 ? true : null), 20_000);
    const story = await storyOf(keyturn, request);
    expect(story.filter((type) => type === 'request.approved')).toHaveLength(1);
    expect(story.filter((type) => type === 'review.recorded')).toHaveLength(1);
    expect(slack.world.ephemerals.filter(({ text }) => text.startsWith('You approved'))).toHaveLength(1);
  }, 60_000);

  it('a click on a card from before the restart meets what was decided meanwhile, and nothing is silent', async () => {
    const attack = await underAttack({}, {}, mode);
    const { slack, card, request } = attack;
    const old = { ...card, blocks: card.blocks };
    await attack.keyturn.post('agent', `/v1/requests/${request.id}/cancel`);
    await attack.restart();
    await slack.person('U02').click(old, 'Approve');
    await told(slack, 'U02', 'decided already');
    await attack.face.card('bob', 1, 'Cancelled by agent');
    expect((await attack.face.card('bob', 1)).buttons).toEqual([]);
    expect(await stateOf(attack.keyturn, request)).toBe('cancelled');
  }, 30_000);
});

it('row 15: every copy of a card is made true, also one that nobody knew of', async () => {
  const attack = await underAttack();
  const { slack, card, face } = attack;
  // A copy from right before a crash: Slack has it, and the store does not.
  const copy = { ...card, ts: slack.world.nextTs(), clientMsgId: null, past: [] };
  slack.world.messages.push(copy);
  await slack.person('U01').click(copy, 'Approve');
  await face.click('bob', 1, 'Approve');
  await slack.until(
    'both copies to be true',
    () => slack.messages('#approvals').every(({ blocks }) => readBlocks(blocks).buttons.length === 0) || null,
  );
  expect(slack.messages('#approvals')).toHaveLength(2);
});

it('row 15: a card that somebody deleted comes back while it still has to be decided', async () => {
  const attack = await underAttack({ action: 'db.export' });
  const { slack, card, face } = attack;
  slack.world.changeUser('U01', {});
  card.deleted = true;
  await face.type('bob', 'help');
  await attack.keyturn.get('bob', `/v1/requests/${attack.request.id}/payload`);
  const vote = { verdict: 'approve', action_digest: attack.request.action_digest };
  await attack.keyturn.post('bob', `/v1/requests/${attack.request.id}/reviews`, vote);
  const again = await slack.until('the card to be back', () => slack.messages('#approvals')[0]);
  expect(readBlocks(again.blocks).text).toContain('dba 1/1 (bob)');
});

it('row 15: a click that Slack gave up on before a window could open is told so', async () => {
  const attack = await underAttack();
  const { slack } = attack;
  slack.faults.plan('not-ok', /views\.open/);
  await slack.person('U02').click(attack.card, 'Reject');
  await told(slack, 'U02', 'Please click once more');
  await slack.person('U02').click(attack.card, 'View full payload');
  expect(await stateOf(attack.keyturn, attack.request)).toBe('pending');
  const seen = (await storyOf(attack.keyturn, attack.request)).filter((type) => type === 'payload.viewed');
  expect(seen).toEqual([]);
});

it('row 15: an answer arrives even when its address is used up', async () => {
  const attack = await underAttack();
  const { slack, card } = attack;
  const click = slack.person('U01').clickOf(card, 'Approve');
  const url = String(click.payload['response_url']);
  for (let use = 0; use < 5; use += 1) await fetch(url, { method: 'POST', body: '{"text":"a"}' });
  await slack.deliver(click);
  const answer = await slack.until('the answer', () =>
    slack.world.ephemerals.find(({ by, to }) => by === 'chat.postEphemeral' && to === 'U01'),
  );
  expect(answer.text).toContain('You cannot decide');
});

it('row 15: an address that is not Slack is never called', async () => {
  const attack = await underAttack();
  const called: string[] = [];
  const trap = createServer((request, response) => {
    called.push(String(request.url));
    response.end('ok');
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    trap.closeAllConnections();
    trap.close();
  });
  const { port } = trap.address() as AddressInfo;
  const click = attack.slack.person('U01').clickOf(attack.card, 'Approve');
  const forged = { ...click.payload, response_url: `http://127.0.0.1:${port}/inside` };
  await attack.slack.deliver({ ...click, payload: forged });
  const answer = await attack.slack.until('the answer', () =>
    attack.slack.world.ephemerals.find(({ to }) => to === 'U01'),
  );
  expect(answer.by).toBe('chat.postEphemeral');
  expect(called).toEqual([]);
});
