import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import { readWebhookKey } from '../../queue/executors/standard-webhook.ts';
import { sha256Hex } from '../core/digest.ts';
import type { WebhookKey } from '../ports/rulebook.ts';
import { type Environment, given } from './environment.ts';
import { asList } from './globs.ts';
import type { PolicyFile } from './schema.ts';

/** The fixed head of an Ed25519 public key in DER (RFC 8410). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** The keys that sign each client's webhooks. What is wrong with a variable is said by its name. */
export function readWebhookKeys(
  { clients }: Pick<PolicyFile, 'clients'>,
  env: Environment,
  problems: string[],
): ReadonlyMap<string, readonly WebhookKey[]> {
  return new Map(
    Object.entries(clients).map(([name, { auth }]) => [
      name,
      [
        ...asList(auth.webhook?.secret_env).flatMap((variable) => secretKey(variable, env, problems)),
        ...asList(auth.webhook?.public_key).map(publicKey),
      ],
    ]),
  );
}

function secretKey(variable: string, env: Environment, problems: string[]): readonly WebhookKey[] {
  const text = given(env[variable]);
  const key = text === undefined ? null : toSecretKey(text);
  if (text === undefined) problems.push(`${variable} is not set`);
  else if (key === null) problems.push(`${variable} ${NO_SECRET}`);
  return key === null ? [] : [key];
}

export const NO_SECRET = 'must hold whsec_ and the base64 of 24 to 64 random bytes';

/** Null where it is no secret of Standard Webhooks. */
export function toSecretKey(text: string): WebhookKey | null {
  const bytes = readWebhookKey(text);
  return bytes === null ? null : { id: idOf(bytes), kind: 'hmac', verifies: hmacVerifier(bytes) };
}

/** Of HMAC-SHA256 under this secret. */
function hmacVerifier(secret: Buffer): WebhookKey['verifies'] {
  return (signed, signature) => {
    const wanted = createHmac('sha256', secret).update(signed).digest();
    return signature.length === wanted.length && timingSafeEqual(wanted, signature);
  };
}

function publicKey(text: string): WebhookKey {
  const bytes = Buffer.from(text.replace('whpk_', ''), 'base64');
  const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: 'der', type: 'spki' });
  return {
    id: idOf(bytes),
    kind: 'ed25519',
    verifies: (signed, signature) => signature.length === 64 && verify(null, signed, key, signature),
  };
}

function idOf(bytes: Buffer): string {
  return sha256Hex(bytes).slice(0, 8);
}
