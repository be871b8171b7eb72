import { createHmac, generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import type { WebhookKey } from '../../../bot/ports/rulebook.ts';
import { verifyStandardWebhook } from '../../../connectors/http/standard-webhook.ts';

/** The example of the specification and of its libraries. */
const SPEC = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  secret: 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
};
const AT = Number(SPEC.timestamp) * 1000;

const hmac = (base64: string, id = 'one'): WebhookKey => ({
  id,
  kind: 'hmac',
  verifies: (signed, signature) =>
    createHmac('sha256', Buffer.from(base64, 'base64')).update(signed).digest().equals(signature),
});
const OURS = hmac(SPEC.secret);

function check(changes: Partial<typeof SPEC> & { at?: number; keys?: readonly WebhookKey[] } = {}) {
  const { id, timestamp, body, signature, at = AT, keys = [OURS] } = { ...SPEC, ...changes };
  const headers: Record<string, string> = {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signature,
  };
  const known = verifyStandardWebhook({ body: Buffer.from(body), header: (name) => headers[name], keys, at });
  return known === null ? null : `${known.id} ${known.key.id}`;
}

/** Rightly signed under this id. */
function signedAs(id: string, body = SPEC.body) {
  const signed = `${id}.${SPEC.timestamp}.${body}`;
  const mac = createHmac('sha256', Buffer.from(SPEC.secret, 'base64')).update(signed).digest('base64');
  return { id, body, signature: `v1,${mac}` };
}

it('takes the example of the specification', () => {
  expect(check()).toBe(`${SPEC.id} one`);
});

it('takes any of several signatures by any of several keys, as while they are changed', () => {
  const other = hmac('b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIh', 'two');
  expect(check({ keys: [other, OURS] })).toBe(`${SPEC.id} one`);
  expect(check({ signature: `v1,AAAA v2,xyz ${SPEC.signature}` })).toBe(`${SPEC.id} one`);
});

it('a dot in the id cannot turn what was signed into another message', () => {
  const said = signedAs('msg_1', `${SPEC.timestamp}.{"test": 1}`);
  expect(check(said)).toBe('msg_1 one');
  // The same bytes were signed, and the same signature stands.
  expect(check({ ...said, id: `msg_1.${SPEC.timestamp}`, body: '{"test": 1}' })).toBeNull();
});

it('takes v1a by an Ed25519 key, and never one kind of signature for another', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key: WebhookKey = {
    id: 'ed',
    kind: 'ed25519',
    verifies: (signed, signature) => verify(null, signed, publicKey, signature),
  };
  const signed = Buffer.from(`${SPEC.id}.${SPEC.timestamp}.${SPEC.body}`);
  const text = sign(null, signed, privateKey).toString('base64');
  expect(check({ keys: [key], signature: `v1a,${text}` })).toBe(`${SPEC.id} ed`);
  expect(check({ keys: [key], signature: `v1,${text}` })).toBeNull();
  expect(check({ signature: SPEC.signature.replace('v1,', 'v1a,') })).toBeNull();
});

it.each([
  ['no key', { keys: [] }],
  ['no signature', { signature: '' }],
  ['another body', { body: '{"test": 2432232315}' }],
  ['another id', { id: 'msg_other' }],
  ['another time', { timestamp: '1614265331' }],
  ['an id that is empty', signedAs('')],
  ['an id of more than 200 characters', signedAs('x'.repeat(201))],
  ['a time that is no number', { timestamp: '1614265330.0' }],
  ['more than five minutes ago', { at: AT + 5 * 60_000 + 1 }],
  ['more than five minutes ahead', { at: AT - 5 * 60_000 - 1 }],
  ['a signature behind more than ten others', { signature: `${'v1,AAAA '.repeat(10)}${SPEC.signature}` }],
])('refuses %s', (_what, changes) => {
  expect(check(changes)).toBeNull();
});

it('takes what is five minutes old, and not older', () => {
  expect(check({ at: AT + 5 * 60_000 })).toBe(`${SPEC.id} one`);
});
