import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { aFakeSlack, button, clientOf, plain, say, section } from './client.ts';
import type { FakeSlack } from './fake-slack.ts';
import type { Fields } from './shapes.ts';
import { sign } from './signed-http.ts';

const MODAL: Fields = { type: 'modal', title: plain('Why?'), submit: plain('Send'), blocks: [section('a')] };
const input = (more: Fields = {}): Fields => ({
  type: 'input',
  block_id: 'why',
  label: plain('Reason'),
  element: { type: 'plain_text_input', action_id: 'text', min_length: 3, ...more },
});

/** An app's endpoint that answers as it is told, and keeps what came. */
async function anApp(
  slack: FakeSlack,
  answer: (text: string) => { status?: number; body?: Fields; afterMs?: number },
) {
  const came: { body: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      came.push({ body, headers: request.headers });
      const { status = 200, body: said, afterMs = 0 } = answer(body);
      setTimeout(
        () => response.writeHead(status).end(said === undefined ? '' : JSON.stringify(said)),
        afterMs,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  slack.useHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`);
  return came;
}

it('lets a trigger open one view, within three seconds', async () => {
  let now = 1_000_000;
  const slack = await aFakeSlack(() => now);
  const open = (trigger_id: string, view: Fields = MODAL) => say(slack, 'views.open', { trigger_id, view });
  const trigger = slack.views.newTrigger('U02');
  expect(await open('1.x')).toMatchObject({ error: 'invalid_trigger_id' });
  expect(await open(trigger)).toMatchObject({ ok: true });
  expect(await open(trigger)).toMatchObject({ error: 'exchanged_trigger_id' });
  const late = slack.views.newTrigger('U02');
  now += 3_001;
  expect(await open(late)).toMatchObject({ error: 'expired_trigger_id' });
});

it.each<readonly [string, Fields, string]>([
  [
    'a long title',
    { title: plain('x'.repeat(25)) },
    'must be less than 25 characters [json-pointer:/view/title/text]',
  ],
  [
    'too much metadata',
    { private_metadata: 'x'.repeat(3001) },
    'must be less than 3001 characters [json-pointer:/view/private_metadata]',
  ],
  [
    'too many blocks',
    { blocks: Array.from({ length: 101 }, () => section('a')) },
    'no more than 100 items allowed [json-pointer:/view/blocks]',
  ],
  [
    'fields and no button to send them',
    { submit: undefined, blocks: [input()] },
    'missing required field: submit [json-pointer:/view]',
  ],
])('refuses a modal with %s', async (_what, more, words) => {
  const slack = await aFakeSlack();
  const view = JSON.parse(JSON.stringify({ ...MODAL, ...more })) as Fields;
  const answer = await say(slack, 'views.open', { trigger_id: slack.views.newTrigger('U02'), view });
  expect(answer).toMatchObject({
    error: 'invalid_arguments',
    response_metadata: { messages: [`[ERROR] ${words}`] },
  });
});

it('stacks three views and no more', async () => {
  const slack = await aFakeSlack();
  const push = () => say(slack, 'views.push', { trigger_id: slack.views.newTrigger('U02'), view: MODAL });
  await say(slack, 'views.open', { trigger_id: slack.views.newTrigger('U02'), view: MODAL });
  expect(await push()).toMatchObject({ ok: true });
  expect(await push()).toMatchObject({ ok: true });
  expect(await push()).toMatchObject({ error: 'push_limit_reached' });
});

it('sends a click signed, with the value of the button and no more than the person did', async () => {
  const slack = await aFakeSlack();
  const came = await anApp(slack, () => ({}));
  const blocks = [
    { type: 'actions', block_id: 'b', elements: [button({ value: 'v', text: plain('Approve') })] },
  ];
  await say(slack, 'chat.postMessage', { channel: 'C01', text: 'a', blocks });
  const [message] = slack.messages('C01');
  if (message === undefined) throw new Error('nothing was posted');
  expect(await slack.person('U02').click(message, 'Approve')).toMatchObject({ acked: true });
  expect(() => slack.person('U02').clickOf(message, 'Reject')).toThrow(
    'there is no button Reject, only: Approve',
  );
  const [{ body, headers } = { body: '', headers: {} }] = came;
  const timestamp = String(headers['x-slack-request-timestamp']);
  expect(headers['x-slack-signature']).toBe(sign(slack.signingSecret, timestamp, body));
  const payload = JSON.parse(new URLSearchParams(body).get('payload') ?? '') as Fields;
  expect(payload).toMatchObject({
    type: 'block_actions',
    user: { id: 'U02', team_id: 'T01' },
    actions: [{ action_id: 'a', block_id: 'b', value: 'v' }],
    container: { message_ts: message.ts, channel_id: 'C01' },
  });
});

it('takes five answers at a response_url within half an hour', async () => {
  let now = 1_000_000;
  const slack = await aFakeSlack(() => now);
  const url = slack.responseUrls.create(slack.url, 'U02', 'C01', null);
  const answer = async (body: Fields) => {
    const answered = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    return `${answered.status} ${await answered.text()}`;
  };
  expect(await answer({ blocks: [{ type: 'marquee' }] })).toBe('400 invalid_blocks');
  for (let use = 2; use <= 5; use += 1)
    expect(await answer({ text: 'a', response_type: 'ephemeral' })).toBe('200 ok');
  expect(await answer({ text: 'a' })).toBe('404 used_url');
  expect(slack.world.ephemerals).toHaveLength(4);
  const late = slack.responseUrls.create(slack.url, 'U02', 'C01', null);
  now += 30 * 60_000 + 1;
  expect((await fetch(late, { method: 'POST', body: '{"text":"a"}' })).status).toBe(404);
});

it('lets a person send only what the modal lets through, and takes the answer', async () => {
  const slack = await aFakeSlack();
  await anApp(slack, (body) =>
    body.includes('no+way') ? { body: { response_action: 'errors', errors: { why: 'Say more.' } } } : {},
  );
  const view = { ...MODAL, blocks: [input()] };
  await say(slack, 'views.open', { trigger_id: slack.views.newTrigger('U02'), view });
  const bob = slack.person('U02');
  await expect(bob.submit({ Reason: '' })).rejects.toThrow('Slack asks to fill in Reason');
  await expect(bob.submit({ Reason: 'no' })).rejects.toThrow('Slack takes 3 to 3000 characters');
  await expect(bob.submit({ Cause: 'wrong' })).rejects.toThrow('the modal has no field Cause');
  expect(await bob.submit({ Reason: 'no way' })).toMatchObject({ body: { response_action: 'errors' } });
  expect(bob.modal().view).toMatchObject(view);
  await bob.submit({ Reason: 'good' });
  expect(() => bob.modal()).toThrow('no modal open');
});

it('sends an event again until it is acked, with its number', async () => {
  const slack = await aFakeSlack();
  let tries = 0;
  const came = await anApp(slack, () => {
    tries += 1;
    return { status: tries < 3 ? 500 : 200 };
  });
  expect(await slack.person('U02').mention('list')).toMatchObject({ acked: true });
  expect(came.map(({ headers }) => headers['x-slack-retry-num'])).toEqual([undefined, '1', '2']);
  expect(new Set(came.map(({ body }) => body)).size).toBe(1);
});

it('counts an answer after three seconds as none', async () => {
  const slack = await aFakeSlack();
  await anApp(slack, () => ({ afterMs: 3_200 }));
  expect(await slack.person('U02').openHome()).toMatchObject({ acked: false });
});

it('gives a socket address that is good once', async () => {
  const slack = await aFakeSlack();
  const { url } = await clientOf(slack, slack.credentials.appToken).apps.connections.open({});
  const http = String(url).replace('ws', 'http');
  const headers = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-key': 'x' };
  const { request } = await import('node:http');
  const status = () =>
    new Promise<number>((resolve) => {
      const asked = request(http, { headers });
      asked.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response.statusCode ?? 0);
      });
      asked.on('response', (response) => resolve(response.statusCode ?? 0));
      asked.end();
    });
  expect(await status()).toBe(101);
  expect(await status()).toBe(403);
});
