import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import type { WebhookKey } from '../../../bot/ports/rulebook.ts';
import type { RulebookChanges } from '../../helpers/rulebook.ts';
import { aSubmission, startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { MINUTE, readLog, seeAndApprove } from './world.ts';

const key = (secret: string): WebhookKey => ({
  id: secret,
  kind: 'hmac',
  verifies: (signed, signature) => createHmac('sha256', secret).update(signed).digest().equals(signature),
});
const POLICY: RulebookChanges = { webhookKeys: [key('first'), key('second')] };
const MESSAGE = { type: 'request.submit', data: aSubmission() };

function send(
  keyturn: TestKeyturn,
  {
    message = MESSAGE as unknown,
    id = 'msg_1',
    secret = 'first',
    client = 'ci',
    at = keyturn.clock.wall(),
  } = {},
) {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
    'content-type': 'application/json',
  };
  return fetch(`${keyturn.url}/webhooks/generic/${client}`, { method: 'POST', headers, body });
}

it('holds what a system without a token has signed, by any of its keys', async () => {
  const keyturn = await startKeyturn(POLICY);
  const answer = await send(keyturn, { secret: 'second' });
  expect(answer.status).toBe(201);
  const request = (await answer.json()) as { id: string; action_digest: string };
  expect(request).toMatchObject({ requester: { id: 'ci', verified_by: 'hmac' }, state: 'pending' });
  // As a client sees it.
  expect(request).not.toHaveProperty('seats');
  expect((await seeAndApprove(keyturn, 'bob', request)).body.state).toBe('approved');
  const [submitted] = (await readLog(keyturn)).filter(({ type }) => type === 'request.submitted');
  expect(submitted?.actor).toMatchObject({ client: 'ci', account: 'webhook:second', verified_by: 'hmac' });
});

it('holds one message once: its id is the idempotency key', async () => {
  const keyturn = await startKeyturn(POLICY);
  const [one, two] = await Promise.all([send(keyturn), send(keyturn)]);
  expect([one?.status, two?.status].sort()).toEqual([200, 201]);
  const other = { ...MESSAGE, data: aSubmission({ reason: 'another one' }) };
  const reused = await send(keyturn, { message: other });
  expect([reused.status, ((await reused.json()) as { code: string }).code]).toEqual([
    409,
    'IDEMPOTENCY_KEY_REUSED',
  ]);
});

it.each([
  ['another secret', { secret: 'third' }],
  ['a client that signs nothing', { client: 'agent' }],
  ['nobody', { client: 'toString' }],
  ['an old signature', { at: 'old' }],
])('takes nothing of %s, says so, and says no more', async (_what, how) => {
  const keyturn = await startKeyturn(POLICY);
  const { at, ...rest } = how as { at?: string };
  const answer = await send(keyturn, {
    ...rest,
    ...(at === undefined ? {} : { at: keyturn.clock.wall() - 6 * MINUTE }),
  });
  expect(answer.status).toBe(401);
  expect(((await answer.json()) as { code: string }).code).toBe('UNAUTHENTICATED');
  expect((await keyturn.get('carol', '/v1/requests')).body.items).toEqual([]);
  expect((await readLog(keyturn)).filter(({ type }) => type === 'client.refused')).toHaveLength(1);
});

it.each([
  ['broken JSON', '{', 400],
  ['another type', { ...MESSAGE, type: 'request.created' }, 422],
  ['a field that nobody asked for', { ...MESSAGE, data: aSubmission({ approved: true }) }, 422],
  ['an action that is not on its list', { ...MESSAGE, data: aSubmission({ action: 'iam.grant' }) }, 403],
])('refuses %s, and puts it on record', async (_what, message, status) => {
  const keyturn = await startKeyturn(POLICY);
  expect((await send(keyturn, { message })).status).toBe(status);
  const types = (await readLog(keyturn)).map(({ type }) => type);
  expect(types.filter((type) => type.endsWith('.refused'))).toHaveLength(1);
});

it('its sender ends with its key', async () => {
  const keyturn = await startKeyturn(POLICY);
  const first = (await (await send(keyturn)).json()) as { id: string };
  await keyturn.reload({ webhookKeys: [key('second')], version: '2' });
  expect((await send(keyturn, { id: 'msg_2' })).status).toBe(401);
  expect((await keyturn.get('bob', `/v1/requests/${first.id}`)).body.state).toBe('pending');
});
