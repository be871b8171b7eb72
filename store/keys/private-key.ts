import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
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
import { dirname } from 'node:path';
import { KeyturnFault } from '../../bot/core/fault.ts';

/** What a key can be. `is`: no other key is taken for it. */
export interface KeyKind {
  readonly name: string;
  readonly is: (key: KeyObject) => boolean;
  readonly make: () => { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
}

export const P256: KeyKind = {
  name: 'a P-256 key',
  is: (key) => key.asymmetricKeyDetails?.namedCurve === 'prime256v1',
  make: () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
};

export const ED25519: KeyKind = {
  name: 'an Ed25519 key',
  is: (key) => key.asymmetricKeyType === 'ed25519',
  make: () => generateKeyPairSync('ed25519'),
};

/** The key in this file, or a fresh one. Nobody but its owner may read the file. */
export function openKeyFile(
  file: string,
  kind: KeyKind,
): { readonly key: KeyObject; readonly isNew: boolean } {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const known = readKeyFile(file, kind);
  return known === null ? { key: makeKeyFile(file, kind), isNew: true } : { key: known, isNew: false };
}

export function readKeyFile(file: string, kind: KeyKind): KeyObject | null {
  const pem = read(file);
  if (pem === null) return null;
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new KeyturnFault('KEY_UNUSABLE', `${file} can be read by others: chmod 600 it, or make a new one`);
  }
  return readPrivateKey(pem, kind, file);
}

/** `from` names the file or the variable; what is in it is never told. */
export function readPrivateKey(pem: string, kind: KeyKind, from: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new KeyturnFault('KEY_UNUSABLE', `${from} holds no private key`, { cause });
  }
  if (kind.is(key)) return key;
  throw new KeyturnFault('KEY_UNUSABLE', `${from} is not ${kind.name}`);
}

/** Written whole under another name first: a crash in between never leaves half a key. */
export function makeKeyFile(file: string, kind: KeyKind): KeyObject {
  const { privateKey } = kind.make();
  const draft = `${file}.new`;
  const handle = openSync(draft, 'w', 0o600);
  try {
    writeFileSync(handle, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
  return privateKey;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new KeyturnFault('KEY_UNUSABLE', `${file} cannot be read`, { cause });
  }
}
