import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../bot/core/canonical-json.ts';
import type { GrantSigner } from '../../bot/ports/grant-signer.ts';
import { keyId, signDsse } from './dsse.ts';
import { openKeyFile, P256, readPrivateKey } from './private-key.ts';

export const GRANT_TYPE = 'application/vnd.keyturn.grant+json';
export const GRANT_KEY_ENV = 'KEYTURN_GRANT_KEY';

/**
 * The P-256 key that signs grants, from the environment or made on first start. Others can check a
 * grant with `grant.pub`.
 */
export function openGrantSigner(keyDir: string, pem: string | null = null): GrantSigner {
  const key = openGrantKey(keyDir, pem);
  const keyid = keyId(createPublicKey(key));
  return {
    sign(grant) {
      const body = Buffer.from(canonicalJson({ ...grant }), 'utf8');
      const signatures = [{ keyid, sig: signDsse(key, GRANT_TYPE, body) }] as const;
      return { payloadType: GRANT_TYPE, payload: body.toString('base64'), signatures };
    },
  };
}

export function openGrantKey(keyDir: string, pem: string | null): KeyObject {
  if (pem !== null) return readPrivateKey(pem, P256, GRANT_KEY_ENV);
  const { key, isNew } = openKeyFile(join(keyDir, 'grant.pem'), P256);
  const beside = join(keyDir, 'grant.pub');
  if (isNew || !existsSync(beside)) {
    writeFileSync(beside, createPublicKey(key).export({ type: 'spki', format: 'pem' }), { mode: 0o644 });
  }
  return key;
}
