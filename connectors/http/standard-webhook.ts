import type { Instant } from '../../bot/core/request.ts';
import type { WebhookKey } from '../../bot/ports/rulebook.ts';

/** Also of what claims to come from the future: a signature kept for later is as bad as an old one. */
const TOLERANCE_MS = 5 * 60_000;
/** A sender that rotates its keys signs with each of them. */
const MOST_SIGNATURES = 10;
const ID = /^[\x21-\x2d\x2f-\x7e]{1,200}$/;

/** A webhook as it came. */
export interface SignedWebhook {
  readonly body: Uint8Array;
  readonly header: (name: string) => string | undefined;
  /** Any of them may have signed it. None: it is signed by nobody. */
  readonly keys: readonly WebhookKey[];
  readonly at: Instant;
}

/**
 * By https://www.standardwebhooks.com: `webhook-id`, `webhook-timestamp` in seconds, and in
 * `webhook-signature` one or more of `v1,` (HMAC-SHA256) and `v1a,` (Ed25519), each over
 * `id.timestamp.body`. Answers the id and the key that signed it, or null.
 */
export function verifyStandardWebhook({
  body,
  header,
  keys,
  at,
}: SignedWebhook): { readonly id: string; readonly key: WebhookKey } | null {
  const id = header('webhook-id') ?? '';
  const timestamp = header('webhook-timestamp') ?? '';
  const given = (header('webhook-signature') ?? '').split(' ').slice(0, MOST_SIGNATURES);
  // A dot in the id would move the borders between the three parts that are signed.
  if (!ID.test(id) || !/^[1-9][0-9]{0,11}$/.test(timestamp)) return null;
  if (Math.abs(Number(timestamp) * 1000 - at) > TOLERANCE_MS) return null;
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`, 'utf8'), body]);
  for (const one of given) {
    const [version, text = ''] = one.split(',', 2);
    const signature = Buffer.from(text, 'base64');
    const key = keys.find((known) => VERSIONS[known.kind] === version && known.verifies(signed, signature));
    if (key !== undefined) return { id, key };
  }
  return null;
}

const VERSIONS = { hmac: 'v1', ed25519: 'v1a' } as const;
