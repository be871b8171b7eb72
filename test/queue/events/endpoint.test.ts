import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { addressDigest, OUTBOUND_TYPES } from '../../../bot/core/outbound-event.ts';
import { type EndpointWorld, httpEndpoint } from '../../../queue/events/endpoint.ts';
import { allowedBy } from '../../../queue/executors/addresses.ts';
import { webhookSigner } from '../../../queue/executors/standard-webhook.ts';
import { status, webhookTarget } from '../../helpers/webhook-target.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const MESSAGE = { id: 'msg_1', body: '{"type":"request.created"}' };
const NEVER = new AbortController().signal;

function endpoint(url: string, world: Partial<EndpointWorld> = {}) {
  const settings = {
    name: 'billing',
    url,
    address: addressDigest(url),
    types: new Set(OUTBOUND_TYPES),
    signers: [webhookSigner(SECRET)],
  };
  return httpEndpoint(settings, { wall: Date.now, addressRule: allowedBy(['127.0.0.0/8']), ...world });
}

describe('an endpoint of events', () => {
  it('gets the body as it is, signed, and not before its address was looked at', async () => {
    const target = await webhookTarget(status(200));
    expect(await endpoint(target.url).send(MESSAGE, NEVER)).toEqual({ kind: 'taken' });
    const [post] = target.posts;
    expect(post).toMatchObject({ path: '/hook', body: MESSAGE.body });
    expect(post?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'msg_1' });
    expect(new Webhook(SECRET).verify(post?.body ?? '', post?.headers ?? {})).toEqual(post?.json);
  });

  it.each([
    [201, { kind: 'taken' }],
    [299, { kind: 'taken' }],
    [410, { kind: 'gone' }],
    [301, { kind: 'failed', why: 'HTTP 301: redirects are not followed', quietMs: 0 }],
    [400, { kind: 'failed', why: 'HTTP 400', quietMs: 0 }],
    [404, { kind: 'failed', why: 'HTTP 404', quietMs: 0 }],
    [500, { kind: 'failed', why: 'HTTP 500', quietMs: 0 }],
    [502, { kind: 'failed', why: 'HTTP 502', quietMs: 30_000 }],
    [504, { kind: 'failed', why: 'HTTP 504', quietMs: 30_000 }],
  ])('reads %i as %o', async (code, sent) => {
    const target = await webhookTarget(status(code));
    expect(await endpoint(target.url).send(MESSAGE, NEVER)).toEqual(sent);
    expect(target.posts).toHaveLength(1);
  });

  it.each([
    [429, '7', 7_000],
    [503, '0', 0],
    [503, '999999', 3_600_000],
    [503, 'Thu, 01 Jan 1970 00:00:40 GMT', 20_000],
    [429, 'Thu, 01 Jan 1970 00:00:00 GMT', 30_000],
    [429, 'soon', 30_000],
    [500, '7', 0],
  ])('after %i with Retry-After %s is left alone for %i ms', async (code, after, quietMs) => {
    const target = await webhookTarget(status(code, { 'retry-after': after }));
    expect(await endpoint(target.url, { wall: () => 20_000 }).send(MESSAGE, NEVER)).toMatchObject({
      quietMs,
    });
  });

  it('follows no redirect, and says so', async () => {
    const hidden = await webhookTarget();
    const target = await webhookTarget(status(307, { location: hidden.url }));
    expect(await endpoint(target.url).send(MESSAGE, NEVER)).toMatchObject({ kind: 'failed' });
    expect(hidden.posts).toEqual([]);
  });

  it('says why nobody answered, without the address', async () => {
    const target = await webhookTarget((response) => void response.destroy());
    const url = `${target.url}/s3cret-path`;
    const sent = await endpoint(url).send(MESSAGE, NEVER);
    expect(sent).toEqual({ kind: 'failed', why: 'the connection failed (ECONNRESET)', quietMs: 0 });
  });

  it('rejects when it is stopped, which is no failure of the endpoint', async () => {
    const target = await webhookTarget(() => undefined);
    const stopping = new AbortController();
    const sending = endpoint(target.url).send(MESSAGE, stopping.signal);
    setTimeout(() => stopping.abort(), 50);
    await expect(sending).rejects.toThrow('stopped');
  });

  it('is let go of when it does not answer', async () => {
    const target = await webhookTarget(() => undefined);
    expect(await endpoint(target.url, { withinMs: 200 }).send(MESSAGE, NEVER)).toMatchObject({
      kind: 'failed',
      why: 'no answer within 0.2 seconds',
    });
  });
});
