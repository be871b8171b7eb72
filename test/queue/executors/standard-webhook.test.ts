import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { readWebhookKeys } from '../../../bot/policy-file/webhook-keys.ts';
import { verifyStandardWebhook } from '../../../connectors/http/standard-webhook.ts';
import { webhookHeaders, webhookSigner } from '../../../queue/executors/standard-webhook.ts';

/** The example that the specification's own libraries are tested with. */
const EXAMPLE = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  at: 1_614_265_330_000,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const OTHER = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

function aKeyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return { publicKey, seed, point };
}

const whsk = (...parts: readonly Buffer[]) => `whsk_${Buffer.concat(parts).toString('base64')}`;

/** As the library wants them. It looks at the clock. */
const now = (body = EXAMPLE.body) => ({ id: EXAMPLE.id, at: Date.now(), body });

describe('signing per Standard Webhooks', () => {
  it('signs the example of the specification as it is signed there', () => {
    expect(webhookHeaders([webhookSigner(EXAMPLE.secret)], EXAMPLE)).toEqual({
      'webhook-id': EXAMPLE.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': EXAMPLE.signature,
    });
  });

  it('is taken by the library of the specification, for each of two secrets, and for no third', () => {
    const headers = webhookHeaders([webhookSigner(OTHER), webhookSigner(EXAMPLE.secret)], now());
    for (const secret of [EXAMPLE.secret, OTHER]) {
      expect(new Webhook(secret).verify(EXAMPLE.body, headers)).toEqual({ test: 2_432_232_314 });
    }
    const third = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    expect(() => new Webhook(third).verify(EXAMPLE.body, headers)).toThrow();
    expect(() => new Webhook(OTHER).verify(`${EXAMPLE.body} `, headers)).toThrow();
  });

  it('signs with a private key what its public key checks, beside a shared secret', () => {
    const { seed, publicKey } = aKeyPair();
    const at = 1_614_265_330_000;
    const headers = webhookHeaders([webhookSigner(whsk(seed)), webhookSigner(OTHER)], { ...now(), at });
    const [first = '', second = ''] = String(headers['webhook-signature']).split(' ');
    expect([first.slice(0, 4), second.slice(0, 3)]).toEqual(['v1a,', 'v1,']);
    const content = (body: string) => Buffer.from(`${EXAMPLE.id}.1614265330.${body}`);
    const signature = Buffer.from(first.slice(4), 'base64');
    expect(verify(null, content(EXAMPLE.body), publicKey, signature)).toBe(true);
    expect(verify(null, content('{}'), publicKey, signature)).toBe(false);
  });

  it('is taken by another Keyturn, which knows the shared secret or the public key', () => {
    const { seed, point } = aKeyPair();
    const at = 1_614_265_330_000;
    const headers = webhookHeaders([webhookSigner(whsk(seed)), webhookSigner(OTHER)], { ...now(), at });
    const webhook = { public_key: `whpk_${point.toString('base64')}`, secret_env: 'S' };
    const keysOf = (given: object) =>
      readWebhookKeys({ clients: { there: { auth: { webhook: given } } } } as never, { S: OTHER }, []).get(
        'there',
      );
    const verified = (given: object, body = EXAMPLE.body) =>
      verifyStandardWebhook({
        body: Buffer.from(body),
        header: (name) => headers[name],
        keys: keysOf(given) ?? [],
        at,
      })?.key.kind;
    expect(verified({ public_key: webhook.public_key })).toBe('ed25519');
    expect(verified({ secret_env: webhook.secret_env })).toBe('hmac');
    expect([verified(webhook, '{}'), verified({ secret_env: [] })]).toEqual([undefined, undefined]);
  });

  it('takes a private key also with its public key behind it, and then only with its own', () => {
    const [one, other] = [aKeyPair(), aKeyPair()];
    const content = 'a.1.b';
    expect(webhookSigner(whsk(one.seed, one.point))(content)).toBe(webhookSigner(whsk(one.seed))(content));
    expect(() => webhookSigner(whsk(one.seed, other.point))).toThrow(TypeError);
  });

  it('signs per RFC 8032: its first test vector', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    const point = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
    const signature = webhookSigner(whsk(seed, point))('').slice(4);
    expect(Buffer.from(signature, 'base64').toString('hex')).toMatch(/^e5564300c360ac729086e2cc806e828a/);
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), point]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from(''), key, Buffer.from(signature, 'base64'))).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['no prefix', Buffer.alloc(32).toString('base64')],
    ['a prefix alone', 'whsec_'],
    ['too few bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['too many bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['no base64', 'whsec_not base64 at all, and long enough for it'],
    ['a public key', `whpk_${Buffer.alloc(32).toString('base64')}`],
    ['half a private key', `whsk_${Buffer.alloc(16).toString('base64')}`],
    ['a private key that is no base64', 'whsk_!!'],
  ])('refuses %s as a secret, and does not repeat it', (_what, secret) => {
    const said = (() => {
      try {
        return String(webhookSigner(secret));
      } catch (cause) {
        return String(cause);
      }
    })();
    expect(said).toMatch(/^TypeError: must be wh/);
    const random = secret.replace(/^wh[a-z]+_/, '');
    if (random.length > 2) expect(said).not.toContain(random);
  });
});
