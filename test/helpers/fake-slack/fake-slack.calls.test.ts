import { randomUUID } from 'node:crypto';
import webApi from '@slack/web-api';
import { expect, it } from 'vitest';
import { aFakeSlack, clientOf, plain, say, section } from './client.ts';
import { SCOPE_OF } from './limits.ts';
import type { Fields } from './shapes.ts';

const POST = { channel: 'C01', text: 'a' };

it.each(Object.entries(SCOPE_OF).filter(([, scope]) => scope !== '' && scope !== 'connections:write'))(
  '%s needs %s, and says so',
  async (method, scope) => {
    const slack = await aFakeSlack();
    slack.credentials.scopes = ['commands'];
    expect(await say(slack, method, {})).toMatchObject({
      error: 'missing_scope',
      needed: scope,
      provided: 'commands',
    });
  },
);

it('refuses a token that it did not give, and the wrong one of the two', async () => {
  const slack = await aFakeSlack();
  expect(await say(slack, 'auth.test', {}, 'xoxb-other')).toMatchObject({ error: 'invalid_auth' });
  expect(await say(slack, 'auth.test', {}, slack.credentials.appToken)).toMatchObject({
    error: 'not_allowed_token_type',
  });
  expect(await say(slack, 'apps.connections.open', {})).toMatchObject({ error: 'not_allowed_token_type' });
  expect(await say(slack, 'chat.everything', {})).toMatchObject({ error: 'unknown_method' });
});

it('says which scopes the token has', async () => {
  const slack = await aFakeSlack();
  const answer = await clientOf(slack).auth.test();
  expect(answer.response_metadata).toMatchObject({ scopes: [...slack.credentials.scopes] });
});

it.each<readonly [string, Fields, string]>([
  ['a channel that does not exist', { channel: 'C77' }, 'channel_not_found'],
  ['a channel that it was not invited to', { channel: '#private' }, 'not_in_channel'],
  ['a thread that does not exist', { thread_ts: '1.1' }, 'thread_not_found'],
  ['metadata without a payload', { metadata: { event_type: 'a' } }, 'invalid_metadata_format'],
])('refuses to post to %s', async (_what, args, error) => {
  const slack = await aFakeSlack();
  expect(await say(slack, 'chat.postMessage', { ...POST, ...args })).toMatchObject({ ok: false, error });
});

it('answers a repeated client_msg_id with the message that has it, and posts nothing', async () => {
  const slack = await aFakeSlack();
  const args = { ...POST, client_msg_id: randomUUID() };
  const first = await say(slack, 'chat.postMessage', args);
  const second = await say(slack, 'chat.postMessage', { ...args, text: 'b' });
  expect(second).toMatchObject({ ok: true, ts: first['ts'], message: { text: 'a' } });
  expect(await say(slack, 'chat.postMessage', { ...args, channel: 'C02' })).toMatchObject({
    error: 'duplicate_channel_not_found',
  });
  await say(slack, 'chat.delete', { channel: 'C01', ts: first['ts'] });
  expect(await say(slack, 'chat.postMessage', args)).toMatchObject({ error: 'duplicate_message_not_found' });
});

it('lets an app change its own messages only, by id only', async () => {
  const slack = await aFakeSlack();
  const ts = slack.person('U02').say('hello', 'C01');
  const own = await say(slack, 'chat.postMessage', { channel: '#approvals', text: 'a' });
  expect(await say(slack, 'chat.update', { channel: 'C01', ts, text: 'b' })).toMatchObject({
    error: 'cant_update_message',
  });
  expect(await say(slack, 'chat.update', { channel: '#approvals', ts: own['ts'], text: 'b' })).toMatchObject({
    error: 'channel_not_found',
  });
  expect(await say(slack, 'chat.update', { channel: 'C01', ts: '9.9', text: 'b' })).toMatchObject({
    error: 'message_not_found',
  });
  expect(
    await say(slack, 'chat.update', { channel: 'C01', ts: own['ts'], blocks: [section('b')] }),
  ).toMatchObject({ ok: true });
});

it('shows an ephemeral message to members only', async () => {
  const slack = await aFakeSlack();
  slack.world.addChannel('C20', 'small', ['U0BOT', 'U02']);
  expect(await say(slack, 'chat.postEphemeral', { channel: 'C20', user: 'U03', text: 'a' })).toMatchObject({
    error: 'user_not_in_channel',
  });
  expect(await say(slack, 'chat.postEphemeral', { channel: 'C20', user: 'U02', text: 'a' })).toMatchObject({
    ok: true,
  });
  expect(slack.world.ephemerals).toMatchObject([{ to: 'U02', text: 'a' }]);
});

it('takes a file in three steps, of the length that was said', async () => {
  const slack = await aFakeSlack();
  const ask = await say(slack, 'files.getUploadURLExternal', { filename: 'a.txt', length: 3 });
  const complete = () =>
    say(slack, 'files.completeUploadExternal', { files: [{ id: ask['file_id'] }], channel_id: 'C01' });
  const put = (body: string) => fetch(String(ask['upload_url']), { method: 'POST', body });
  expect(await complete()).toMatchObject({ error: 'file_not_found' });
  expect((await put('four')).status).toBe(400);
  expect((await put('abc')).status).toBe(200);
  expect(await complete()).toMatchObject({ ok: true });
  expect(slack.messages('C01')[0]?.files[0]?.bytes.toString()).toBe('abc');
});

it('knows every sort of user', async () => {
  const slack = await aFakeSlack();
  const info = async (user: string) => (await say(slack, 'users.info', { user }))['user'];
  expect(await info('U02')).not.toHaveProperty('is_stranger');
  expect(await info('U11')).toMatchObject({ is_restricted: true });
  expect(await info('U12')).toMatchObject({ is_ultra_restricted: true });
  expect(await info('U13')).toMatchObject({ deleted: true });
  expect(await info('U14')).toMatchObject({ is_bot: true });
  expect(await info('U15')).toMatchObject({ is_stranger: true, team_id: 'T99' });
  expect(await say(slack, 'users.info', { user: 'U99' })).toMatchObject({ error: 'user_not_found' });
  expect(await say(slack, 'usergroups.users.list', { usergroup: 'S1' })).toMatchObject({
    error: 'no_such_subteam',
  });
  expect(await say(slack, 'conversations.open', { users: 'U13' })).toMatchObject({ error: 'user_disabled' });
});

it('fails as planned, and does the work when only the answer is lost', async () => {
  const slack = await aFakeSlack();
  const post = () => clientOf(slack).chat.postMessage(POST);
  slack.faults.plan('lost', /postMessage/, 1);
  await expect(post()).rejects.toBeInstanceOf(webApi.WebAPIRequestError);
  expect(slack.messages('C01')).toHaveLength(1);
  slack.faults.plan('error-500', /postMessage/, 1);
  await expect(post()).rejects.toBeInstanceOf(webApi.WebAPIHTTPError);
  slack.faults.plan('html', /postMessage/, 1);
  await expect(post()).rejects.toBeInstanceOf(webApi.WebAPIPlatformError);
  slack.faults.plan('refused', /postMessage/, 1);
  await expect(post()).rejects.toBeInstanceOf(webApi.WebAPIRequestError);
  expect(slack.messages('C01')).toHaveLength(1);
});

it('limits messages to one a second in a channel after a burst, and says how long to wait', async () => {
  let now = 1_000_000;
  const slack = await aFakeSlack(() => now);
  const post = (channel: string) => clientOf(slack).chat.postMessage({ channel, text: 'a' });
  for (let count = 0; count < 4; count += 1) await post('C01');
  await expect(post('#approvals')).rejects.toMatchObject({ retryAfter: 1 });
  await post('C02');
  now += 1_000;
  await post('C01');
  await expect(post('C01')).rejects.toBeInstanceOf(webApi.WebAPIRateLimitedError);
});

it('limits edits to fifty a minute', async () => {
  let now = 1_000_000;
  const slack = await aFakeSlack(() => now);
  const { ts } = await clientOf(slack).chat.postMessage(POST);
  const edit = () => clientOf(slack).chat.update({ channel: 'C01', ts: ts ?? '', text: 'b' });
  for (let count = 0; count < 50; count += 1) await edit();
  now += 20_000;
  await expect(edit()).rejects.toMatchObject({ retryAfter: 40 });
  now += 40_000;
  await edit();
});

it('publishes a Home and refuses one that is none', async () => {
  const slack = await aFakeSlack();
  const view = { type: 'home', blocks: [section('a')] };
  expect(await say(slack, 'views.publish', { user_id: 'U02', view })).toMatchObject({ ok: true });
  expect(slack.person('U02').home()?.view).toEqual(view);
  const modal = { type: 'modal', title: plain('a'), blocks: [] };
  expect(await say(slack, 'views.publish', { user_id: 'U02', view: modal })).toMatchObject({
    error: 'invalid_arguments',
  });
});
