import { describe, expect, it } from 'vitest';
import { sendFile } from '../../bot/slack/files.ts';
import { createPace as slackPace } from '../../bot/slack/pace.ts';
import { messageSurface } from '../../bot/slack/surfaces.ts';
import { type SlackApi, slackApi } from '../../bot/slack/web-api.ts';
import { connector } from '../../bot/teams/connector.ts';
import { endpointsOf } from '../../bot/teams/endpoints.ts';
import { createPace as teamsPace } from '../../bot/teams/pace.ts';
import { upload } from '../../bot/teams/upload.ts';
import { Client } from '../../connectors/guard/client.ts';
import { callSource } from '../../connectors/source/call-source.ts';
import { httpEndpoint } from '../../queue/events/endpoint.ts';
import { allowedBy } from '../../queue/executors/addresses.ts';
import { httpExecutor } from '../../queue/executors/http.ts';
import { webhookKey, webhookSigner } from '../../queue/executors/standard-webhook.ts';
import { webhookSink } from '../../queue/sinks/webhook.ts';
import { webhookAnchor } from '../../store/anchors/webhook-anchor.ts';
import { countingServer, TROUBLES } from '../helpers/counting-server.ts';
import { aJob } from '../queue/executors/a-job.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const DIGEST = `sha256:${'d'.repeat(64)}` as const;
const NETWORK = { addressRule: allowedBy(['127.0.0.0/8']), wall: Date.now };
const NEVER = new AbortController().signal;
const BYTES = Buffer.from('{"a":"ä"}');
const now = () => performance.now();

const slack = (url: string) =>
  slackApi({ token: 'xoxb-canary', apiUrl: `${url}/api/`, pace: slackPace(now) });
const endpoints = (url: string) =>
  endpointsOf({ appId: 'app', tenantId: 'tenant', credentials: null, apiUrl: url, playground: false });

/** Slack's API where all is well, so that only what comes after it meets trouble. */
const wellSlack = (url: string): SlackApi => ({
  call: (method) =>
    Promise.resolve({
      ok: true,
      data: method === 'conversations.open' ? { channel: { id: 'D1' } } : { upload_url: url, file_id: 'F1' },
      scopes: [],
    }),
});

/** Everything that sends something which may have an effect, with the library that it is sent by. */
const CALLERS: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  'a message to Slack': (url) => slack(url).call('chat.postMessage', { channel: 'C1', text: 'x' }),
  'a file to Slack': (url) =>
    sendFile(wellSlack(url), 'U1', { name: 'a', mediaType: 'text/plain', bytes: BYTES, comment: '' }),
  'an answer to a click in Slack': (url) =>
    messageSurface(
      { api: wellSlack(url), mayRespondTo: () => true, logger: { info() {}, warn() {}, error() {} } },
      { user: 'U1', trigger: 't' },
      { channel: 'C1', thread: null, responseUrl: url },
    ).tell({ title: 't', text: 't', blocks: [] }),
  'a message to Teams': (url) =>
    connector({ endpoints: endpoints(url), tokens: null, pace: teamsPace(now) }).call({
      method: 'POST',
      service: `${url}/teams/`,
      path: ['conversations', 'c', 'activities'],
      body: { type: 'message' },
      conversation: null,
    }),
  'a file to Teams': (url) => upload(endpoints(url), `${url}/file`, BYTES),
  'a word to GitHub, GitLab or HCP Terraform': (url) =>
    callSource(url, { method: 'POST', headers: { authorization: 'Bearer canary' }, body: { a: 1 } }, NEVER),
  'an action by http': (url) =>
    httpExecutor(
      { url, checkUrl: null, key: webhookKey(SECRET), timeoutMs: 5_000, kind: 'once', definition: DIGEST },
      NETWORK,
    ).run(aJob().job),
  'a checkpoint to another chat': (url) => webhookAnchor('a', 'ANCHOR_URL', url).publish('head', NEVER),
  'an event': (url) =>
    httpEndpoint(
      { name: 'a', url, address: DIGEST, types: new Set(), signers: [webhookSigner(SECRET)] },
      NETWORK,
    ).send({ id: 'msg_1', body: '{}' }, NEVER),
};

/** What may come again, since who gets it knows it again. Still: the same bytes, to the same place. */
const KNOWN_AGAIN: typeof CALLERS = {
  'a call of guard, worker, hook, client or gateway to Keyturn': (url) =>
    new Client({ url, token: 'ktc_canary' }).call(
      { method: 'POST', path: '/v1/requests/r/consume', body: '{"a":1}', key: 'k', timeoutMs: 5_000 },
      (said) => said,
    ),
  'entries to a webhook': (url) => webhookSink('SINK_URL', url).send(['{"seq":1}'], NEVER),
};

describe.each(TROUBLES)('row 2: what is answered with %s after it was read', (trouble) => {
  it.each(Object.keys(CALLERS))('is not sent again by the library that sends it: %s', async (caller) => {
    const { url, calls } = await countingServer(trouble);
    await CALLERS[caller]?.(url).catch(() => undefined);
    expect(calls).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: '' }] = calls;
    // In one piece, as before: not every server takes a body without a length.
    expect([headers['content-length'], headers['transfer-encoding']]).toEqual([
      String(Buffer.byteLength(body)),
      undefined,
    ]);
  });

  it.each(Object.keys(KNOWN_AGAIN))('comes again once at most, and is known again: %s', async (caller) => {
    const { url, calls } = await countingServer(trouble);
    await KNOWN_AGAIN[caller]?.(url).catch(() => undefined);
    expect(calls.length).toBeLessThanOrEqual(2);
    const same = calls.map(({ path, body, headers }) => [path, body, headers['idempotency-key']]);
    expect(same).toEqual(calls.map(() => same[0]));
  });
});
