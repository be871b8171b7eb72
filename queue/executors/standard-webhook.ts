import { createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';

/** Signs what is sent: with a shared secret as `v1,…`, with a private key as `v1a,…`. */
export type WebhookSigner = (content: string) => string;

/** The secret of a config: `whsec_` and base64, 24 to 64 bytes (standardwebhooks.com, "Symmetric"). */
export function webhookKey(secret: string): Buffer {
  const key = readWebhookKey(secret);
  if (key === null) throw new TypeError('must be whsec_ and the base64 of 24 to 64 random bytes');
  return key;
}

/** Null where it is no such secret. */
export function readWebhookKey(secret: string): Buffer | null {
  const key = bytesAfter('whsec_', secret);
  return key !== null && key.length >= 24 && key.length <= 64 ? key : null;
}

export function sharedSecretSigner(key: Buffer): WebhookSigner {
  return (content) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

/**
 * By what the secret says that it is: `whsec_`, or `whsk_` and an Ed25519 key, which is a seed of 32 bytes
 * or that and the public key after it, as libraries write it. Throws `TypeError` on anything else.
 */
export function webhookSigner(secret: string): WebhookSigner {
  if (!secret.startsWith('whsk_')) return sharedSecretSigner(webhookKey(secret));
  const bytes = bytesAfter('whsk_', secret);
  if (bytes === null || (bytes.length !== 32 && bytes.length !== 64)) {
    throw new TypeError('must be whsk_ and the base64 of an Ed25519 key, of 32 or 64 bytes');
  }
  const der = Buffer.concat([PKCS8_ED25519, bytes.subarray(0, 32)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  // A pair that is none would sign what nobody can check.
  if (bytes.length === 64 && !publicKey.equals(bytes.subarray(32))) {
    throw new TypeError('must be a whsk_ key whose second half is its own public key');
  }
  return (content) => `v1a,${sign(null, Buffer.from(content), key).toString('base64')}`;
}

/** RFC 8410: what stands before the 32 bytes of a private key. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The three headers of Standard Webhooks. `id` is the idempotency key and has no full stop in it; `at` in
 * milliseconds. Several signers, so that a secret can be replaced without a gap.
 */
export function webhookHeaders(
  signers: readonly WebhookSigner[],
  { id, at, body }: { readonly id: string; readonly at: number; readonly body: string },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = signers.map((sign) => sign(`${id}.${timestamp}.${body}`));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

function bytesAfter(prefix: string, secret: string): Buffer | null {
  const text = secret.slice(prefix.length);
  const isBase64 = secret.startsWith(prefix) && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return isBase64 ? Buffer.from(text, 'base64') : null;
}
