import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { readBase64, toBase64 } from './base64.ts';
import { isLowOrder } from './low-order.ts';

/** Who signs notes: a name, and an Ed25519 key. */
export interface VerifierKey {
  readonly name: string;
  /** 8 hex digits, over name and key. It finds the key that a signature is by; it proves nothing. */
  readonly id: string;
  readonly publicKey: KeyObject;
  /** `<name>+<id>+<base64>`, as people pass it on (c2sp.org/signed-note). */
  readonly text: string;
}

export type ReadKey = { readonly key: VerifierKey } | { readonly why: string };

const ED25519 = 0x01;
const MOST_CHARACTERS = 500;

export function readVerifierKey(text: string): ReadKey {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text.length > MOST_CHARACTERS ? '' : text);
  const [, name = '', id, encoded = ''] = parts ?? [];
  const bytes = readBase64(encoded);
  if (parts === null || !isKeyName(name) || bytes === null)
    return { why: 'a verifier key reads <name>+<8 hex digits>+<base64>' };
  if (bytes[0] !== ED25519 || bytes.length !== 33) return { why: 'it is not an Ed25519 key' };
  if (keyId(name, bytes) !== id)
    return { why: 'its name, its 8 hex digits and its key do not belong together' };
  // Under such a key a signature can be made that holds for every text.
  if (isLowOrder(bytes.subarray(1))) return { why: 'it is a key of low order, which anybody can sign for' };
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') };
  return { key: { name, id, publicKey: createPublicKey({ key: jwk, format: 'jwk' }), text } };
}

/** `publicKey` is an Ed25519 key of our own; the name must be one that a note can carry. */
export function toVerifierKey(name: string, publicKey: KeyObject): VerifierKey {
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const bytes = Buffer.concat([Buffer.of(ED25519), Buffer.from(x, 'base64url')]);
  const read = readVerifierKey(`${name}+${keyId(name, bytes)}+${toBase64(bytes)}`);
  if ('why' in read) throw new TypeError(`no verifier key for "${name}": ${read.why}`);
  return read.key;
}

/**
 * Whether the two are one key. A log's name in its next epoch makes another verifier key of it, and
 * another id; what signs is the same.
 */
export function isSameKey(a: VerifierKey, b: VerifierKey): boolean {
  return a.publicKey.equals(b.publicKey);
}

/** The same key as it signs under another name. */
export function renameKey(key: VerifierKey, name: string): VerifierKey {
  return toVerifierKey(name, key.publicKey);
}

/** No space and no plus, so that lines and keys fall apart in one way only. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}+]/u.test(name);
}

function keyId(name: string, typeAndKey: Uint8Array): string {
  return createHash('sha256').update(`${name}\n`).update(typeAndKey).digest('hex').slice(0, 8);
}
