import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KeyturnFault } from '../../bot/core/fault.ts';
import type { Notary } from '../../bot/ports/notary.ts';
import { formatCheckpoint } from '../audit/checkpoint.ts';
import { createNoteSigner, signNote } from '../audit/note.ts';
import { isSameKey, readVerifierKey, toVerifierKey } from '../audit/verifier-key.ts';
import { ED25519, makeKeyFile, openKeyFile, readKeyFile, readPrivateKey } from './private-key.ts';

export const CHECKPOINT_KEY_ENV = 'KEYTURN_CHECKPOINT_KEY';
export const NEXT_CHECKPOINT_KEY_ENV = 'KEYTURN_CHECKPOINT_KEY_NEXT';

const FILE = 'checkpoint.pem';
/** Made by a rotation, and put in place of the other once the log names it. */
const NEXT_FILE = 'checkpoint-next.pem';

export interface NotaryKeys {
  readonly keyDir: string;
  /** PEM from the environment; then no file is looked at. */
  readonly pem: string | null;
}

/**
 * The Ed25519 key that signs checkpoints, made on first start. `inForce` is the verifier key that the
 * log names, or null while it names none: a rotation that was cut off after the log had named the new
 * key is finished here.
 */
export function openNotary({ keyDir, pem }: NotaryKeys, inForce: string | null): Notary {
  if (pem !== null) return notaryOf(readPrivateKey(pem, ED25519, CHECKPOINT_KEY_ENV));
  finishRotation(keyDir, inForce);
  if (inForce !== null && !existsSync(join(keyDir, FILE))) {
    throw new KeyturnFault('KEY_UNUSABLE', `${join(keyDir, FILE)} is gone: put it back. ${IF_LOST}`);
  }
  return notaryOf(openKeyFile(join(keyDir, FILE), ED25519).key);
}

export const IF_LOST = 'If it is lost for good, open a new epoch: keyturn audit new-epoch --reason WHY';

/** Another key, for a new epoch after the one in force was lost, whether or not a file is there. */
export function openNotaryForEpoch({ keyDir, pem }: NotaryKeys): Notary {
  if (pem !== null) return notaryOf(readPrivateKey(pem, ED25519, CHECKPOINT_KEY_ENV));
  return notaryOf(openKeyFile(join(keyDir, FILE), ED25519).key);
}

/** The key to rotate to. It takes the other's place by `finishRotation`, once the log names it. */
export function prepareNextNotary(keyDir: string): Notary {
  return notaryOf(makeKeyFile(join(keyDir, NEXT_FILE), ED25519));
}

export function nextNotaryFromPem(pem: string): Notary {
  return notaryOf(readPrivateKey(pem, ED25519, NEXT_CHECKPOINT_KEY_ENV));
}

/** Signs with both, old and new, so that whoever trusts the one can come to trust the other. */
export function jointNotary(old: Notary, next: Notary): Notary {
  return {
    keyFor: next.keyFor,
    sign(checkpoint) {
      const text = formatCheckpoint(checkpoint);
      const [one, two] = [old, next].map((notary) => notary.sign(checkpoint).slice(text.length + 1));
      return `${text}\n${one}${two}`;
    },
  };
}

export function finishRotation(keyDir: string, inForce: string | null): void {
  const file = join(keyDir, NEXT_FILE);
  const next = readKeyFile(file, ED25519);
  if (next === null) return;
  const named = inForce === null ? null : readVerifierKey(inForce);
  if (named !== null && 'key' in named && isSameKey(named.key, toVerifierKey('x', createPublicKey(next)))) {
    renameSync(file, join(keyDir, FILE));
  } else {
    // The rotation never reached the log, so nothing was signed with it.
    rmSync(file);
  }
}

function notaryOf(privateKey: KeyObject): Notary {
  const publicKey = createPublicKey(privateKey);
  return {
    keyFor: (origin) => toVerifierKey(origin, publicKey).text,
    sign: (checkpoint) =>
      signNote(formatCheckpoint(checkpoint), [createNoteSigner(checkpoint.origin, privateKey)]),
  };
}
