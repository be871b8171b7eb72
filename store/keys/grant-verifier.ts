import { createPublicKey, type KeyObject } from 'node:crypto';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { verifyDsse } from './dsse.ts';
import { GRANT_TYPE } from './grant-key.ts';
import { P256 } from './private-key.ts';

interface Envelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly { readonly sig: string }[];
}

/** What the holder of the private key has signed as a grant, or null where nobody has. */
export type GrantVerifier = (envelope: Envelope) => unknown;

/** `pem` as the bot writes it into `grant.pub`; `from` names where it came from. */
export function openGrantVerifier(pem: string, from: string): GrantVerifier {
  const key = readPublicKey(pem, from);
  return ({ payloadType, payload, signatures }) => {
    const body = Buffer.from(payload, 'base64');
    const [one, ...more] = signatures;
    if (payloadType !== GRANT_TYPE || one === undefined || more.length > 0) return null;
    if (!verifyDsse(key, GRANT_TYPE, body, one.sig)) return null;
    try {
      return JSON.parse(body.toString('utf8')) as unknown;
    } catch {
      return null;
    }
  };
}

function readPublicKey(pem: string, from: string): KeyObject {
  // A private key would do as well, and has no business on a worker.
  if (pem.includes('PRIVATE KEY'))
    throw new KeyturnFault('KEY_UNUSABLE', `${from} is the private key: a worker gets grant.pub alone`);
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw new KeyturnFault('KEY_UNUSABLE', `${from} holds no public key`, { cause });
  }
  if (P256.is(key)) return key;
  throw new KeyturnFault('KEY_UNUSABLE', `${from} is not ${P256.name}`);
}
