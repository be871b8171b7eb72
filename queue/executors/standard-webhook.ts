import { createHmac } from 'node:crypto';

/** The secret of a config: `whsec_` and base64, 24 to 64 bytes (standardwebhooks.com, "Symmetric"). */
export function webhookKey(secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const isBase64 = /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret);
  if (!isBase64 || key.length < 24 || key.length > 64) {
    throw new TypeError('must be whsec_ and the base64 of 24 to 64 random bytes');
  }
  return key;
}

/** The three headers of Standard Webhooks. `id` is the idempotency key; `at` in milliseconds. */
export function webhookHeaders(
  key: Buffer,
  { id, at, body }: { readonly id: string; readonly at: number; readonly body: string },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
