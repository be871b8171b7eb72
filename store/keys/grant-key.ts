import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../bot/core/canonical-json.ts';
import { KeyturnFault } from '../../bot/core/fault.ts';
import type { GrantSigner } from '../../bot/ports/grant-signer.ts';
import { keyId, signDsse } from './dsse.ts';

export const GRANT_TYPE = 'application/vnd.keyturn.grant+json';

/** The P-256 key that signs grants, made on first start. Others can check a grant with `grant.pub`. */
export function openGrantSigner(keyDir: string): GrantSigner {
  const key = openKey(keyDir);
  const keyid = keyId(createPublicKey(key));
  return {
    sign(grant) {
      const body = Buffer.from(canonicalJson({ ...grant }), 'utf8');
      const signatures = [{ keyid, sig: signDsse(key, GRANT_TYPE, body) }] as const;
      return { payloadType: GRANT_TYPE, payload: body.toString('base64'), signatures };
    },
  };
}

function openKey(keyDir: string): KeyObject {
  mkdirSync(keyDir, { recursive: true, mode: 0o700 });
  const file = join(keyDir, 'grant.pem');
  const pem = read(file) ?? create(keyDir, file);
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new KeyturnFault('KEY_UNUSABLE', `${file} can be read by others: chmod 600 it, or make a new one`);
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch (cause) {
    throw new KeyturnFault('KEY_UNUSABLE', `${file} holds no private key`, { cause });
  }
  throw new KeyturnFault('KEY_UNUSABLE', `${file} is not a P-256 key`);
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new KeyturnFault('KEY_UNUSABLE', `${file} cannot be read`, { cause });
  }
}

/** Written whole under another name first: a crash in between never leaves half a key. */
function create(keyDir: string, file: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(join(keyDir, 'grant.pub'), publicKey, { mode: 0o644 });
  const draft = `${file}.new`;
  const handle = openSync(draft, 'w', 0o600);
  writeFileSync(handle, privateKey);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(draft, file);
  return privateKey;
}
