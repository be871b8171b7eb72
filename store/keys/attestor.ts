import { createPublicKey } from 'node:crypto';
import { canonicalJson } from '../../bot/core/canonical-json.ts';
import type { Attestor } from '../../bot/ports/attestor.ts';
import { keyId, signDsse } from './dsse.ts';
import { openGrantKey } from './grant-key.ts';

const IN_TOTO = 'application/vnd.in-toto+json';

/** Signs with the key of the grants. The payload type is part of what is signed, so neither passes for the other. */
export function openAttestor(keyDir: string, pem: string | null): Attestor {
  const key = openGrantKey(keyDir, pem);
  const publicKey = createPublicKey(key);
  const keyid = keyId(publicKey);
  return {
    publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
    attest(statement) {
      const body = Buffer.from(canonicalJson(statement), 'utf8');
      const signatures = [{ keyid, sig: signDsse(key, IN_TOTO, body) }] as const;
      return { payloadType: IN_TOTO, payload: body.toString('base64'), signatures };
    },
  };
}
