import { expect, it } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { readLog, stateOf, submit } from '../connectors/api/world.ts';
import { aFakeSlack } from '../helpers/fake-slack/client.ts';
import type { FakeSlack } from '../helpers/fake-slack/fake-slack.ts';
import { slackDriver } from '../helpers/slack-driver.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { startWithSlack } from '../helpers/start-slack.ts';
import { TickingClock } from '../helpers/ticking-clock.ts';

const PLACE = toPlace('slack', '#approvals');

function settingsOf(slack: FakeSlack) {
  const { botToken, appToken } = slack.credentials;
  return { botToken, mode: { appToken }, apiUrl: slack.apiUrl };
}

// 429, 500, HTML, ok:false and refused connections for a minute are in test/bot/slack/trouble.test.ts.

it('row 25: Slack is away at the start: the server serves, decisions go on, and the cards come when it is back', async () => {
  const clock = new TickingClock(20);
  const slack = await aFakeSlack(() => clock.wall());
  slack.faults.plan('refused');
  const began = performance.now();
  const keyturn = await startKeyturn({ notify: [PLACE] }, { clock, config: { slack: settingsOf(slack) } });
  // The start waits for nobody.
  expect(performance.now() - began).toBeLessThan(8_000);
  const request = await submit(keyturn);
  await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  await keyturn.post('bob', `/v1/requests/${request.id}/reviews`, {
    verdict: 'approve',
    action_digest: request.action_digest,
  });
  expect(await stateOf(keyturn, request)).toBe('approved');
  slack.faults.clear();
  const card = await slackDriver(slack).card('carol', request.number, 'Approved by bob');
  expect(card.buttons).toEqual([]);
  await slack.until('a connection', () => (slack.socket.connections > 0 ? true : null), 20_000);
}, 60_000);

it('row 25: a call that Slack never answers holds up neither a decision nor another channel', async () => {
  const { slack, keyturn } = await startWithSlack(
    'http',
    { notify: [PLACE, toPlace('slack', '#db-approvals')] },
    { speed: 20 },
  );
  slack.faults.plan('silent', /chat\.postMessage/, 1);
  const request = await submit(keyturn);
  const shown = await slack.until('a card in one of the two', () =>
    slack.world.messages.find(({ metadata }) => metadata?.['event_type'] === 'keyturn_card'),
  );
  expect(['C01', 'C02']).toContain(shown.channel);
  await slack.person('U02').click(shown, 'Approve');
  expect(await stateOf(keyturn, request)).toBe('approved');
  // The other one comes once its call was given up.
  const channels = () =>
    new Set(
      slack.world.messages
        .filter(({ metadata }) => metadata?.['event_type'] === 'keyturn_card')
        .map(({ channel }) => channel),
    );
  await slack.until('both', () => (channels().size === 2 ? true : null), 25_000);
}, 60_000);

it('row 25: blocks that Slack refuses are sent in a plainer form, which can still be decided from', async () => {
  const { slack, keyturn } = await startWithSlack('http', { notify: [PLACE] }, { speed: 20 });
  slack.refuseKinds.add('rich_text');
  const request = await submit(keyturn);
  const face = slackDriver(slack);
  const card = await face.card('bob', request.number);
  for (const part of [
    'Approval needed',
    'postgres/prod/orders',
    'FIN-231',
    'COPY orders TO STDOUT',
    'dba 0/1',
  ])
    expect(card.text).toContain(part);
  expect(card.buttons).toEqual(['Approve', 'Reject', 'Flag', 'View full payload']);
  const message = slack.messages('#approvals')[0];
  if (message === undefined) throw new Error('there is no card');
  await slack.person('U02').click(message, 'Approve');
  expect(await stateOf(keyturn, request)).toBe('approved');
  await face.card('bob', request.number, 'Approved by bob');
}, 30_000);

it('row 25: an app that nobody invited waits, and posts what waited once it is', async () => {
  const { slack, keyturn } = await startWithSlack(
    'http',
    { notify: [toPlace('slack', '#private')] },
    { speed: 20 },
  );
  const request = await submit(keyturn);
  await slack.until('a try', () => slack.calls.find(({ method }) => method === 'chat.postMessage'));
  slack.world.channels.get('C09')?.members.add('U0BOT');
  await slackDriver(slack, '#private').card('bob', request.number);
}, 30_000);

it('row 25: a message whose blocks are all refused still says, in bare text, that something waits', async () => {
  const { slack, keyturn } = await startWithSlack('http', { notify: [PLACE] }, { speed: 20 });
  slack.refuseKinds.add('rich_text').add('section');
  const first = await submit(keyturn);
  // Its bare text still tells that there is something to decide.
  const bare = await slack.until('the bare text', () => slack.messages('#approvals')[0]);
  expect(bare.text).toContain('Approval needed');
  expect(bare.blocks).toEqual([]);
  slack.refuseKinds.clear();
  const second = await submit(keyturn, { action: 'db.vacuum' });
  await slackDriver(slack).card('bob', second.number);
  await keyturn.post('agent', `/v1/requests/${first.id}/cancel`);
  await slackDriver(slack).card('bob', first.number, 'Cancelled by agent');
}, 30_000);

it('row 25: a message that Slack refuses in every form is put on record, and holds up nothing after it', async () => {
  const { slack, keyturn } = await startWithSlack('http', { notify: [PLACE] }, { speed: 20 });
  slack.refuseKinds.add('rich_text').add('section').add('text');
  await submit(keyturn);
  await slack.until('three tries', () =>
    slack.calls.filter(({ method }) => method === 'chat.postMessage').length >= 3 ? true : null,
  );
  slack.refuseKinds.clear();
  const began = performance.now();
  const second = await submit(keyturn, { action: 'db.vacuum' });
  await slackDriver(slack).card('bob', second.number);
  // Not after the pause that is for what an operator can repair.
  expect(performance.now() - began).toBeLessThan(1_200);
  const failed = (await readLog(keyturn)).filter(({ type }) => type === 'notification.failed');
  expect(failed).toMatchObject([{ data: { place: PLACE, kind: 'card' } }]);
}, 30_000);
