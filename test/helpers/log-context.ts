import { createPrivateKey } from 'node:crypto';
import type { LogGuard } from '../../bot/ports/log-guard.ts';
import type { Notary } from '../../bot/ports/notary.ts';
import { formatCheckpoint } from '../../store/audit/checkpoint.ts';
import { createNoteSigner, signNote } from '../../store/audit/note.ts';

/** An Ed25519 key that is the same on every run: 32 bytes of one number, in PKCS #8. */
export function aSigningKey(byte = 7) {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const der = Buffer.concat([prefix, Buffer.alloc(32, byte)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

export function aNotary(byte = 7): Notary {
  const key = aSigningKey(byte);
  return {
    keyFor: (origin) => createNoteSigner(origin, key).key.text,
    sign: (checkpoint) => signNote(formatCheckpoint(checkpoint), [createNoteSigner(checkpoint.origin, key)]),
  };
}

export const FREE: LogGuard = { why: () => null, warnings: () => [] };

/** For an installation that is not about the log: no anchor, and a checkpoint only at start and end. */
export const QUIET_AUDIT = {
  checkpointEveryMs: 86_400_000,
  anchors: [],
  keys: { checkpoint: null, nextCheckpoint: null, grant: null },
} as const;
