import { KeyturnFault } from '../core/fault.ts';
import type { Notary } from '../ports/notary.ts';
import { type Writing, write } from './change-request.ts';
import { KEYTURN, type LogContext } from './context.ts';
import { checkpointIn } from './take-checkpoint.ts';

/**
 * The key at hand must be the one that the log names, if it names one. Another would sign what nobody
 * who holds that one can check.
 */
export function refuseOtherKey(named: string | null, mine: string): void {
  if (named === null || named === mine) return;
  throw new KeyturnFault(
    'KEY_UNUSABLE',
    `the log is signed by ${named}, and the key that is here is ${mine}. Put the right key back. If it is lost for good, open a new epoch: keyturn audit new-epoch --reason WHY`,
  );
}

/** A log that names no key yet names the one at hand. */
export async function nameKey(context: LogContext): Promise<void> {
  const { committed } = context.store;
  if (committed.checkpointKeys().length > 0) return;
  const mine = context.notary.keyFor(committed.tree.origin());
  await write(context, (writing) => takeOver(writing, null, mine));
}

/**
 * From the next checkpoint on, `next` signs. The one taken here is signed by both, so that whoever
 * trusts the old key has a reason to trust the new one. Returns the new verifier key.
 */
export function rotateKey(context: LogContext, next: Notary, both: Notary): Promise<string> {
  return write(context, (writing) => {
    const { tx, at } = writing;
    const key = next.keyFor(tx.tree.origin());
    takeOver(writing, tx.checkpointKeys().at(-1) ?? null, key);
    tx.append({ type: 'log.stopped' }, KEYTURN, at, null);
    checkpointIn({ ...context, notary: both }, writing);
    return key;
  });
}

function takeOver({ tx, at }: Writing, previous: string | null, next: string): void {
  tx.keepCheckpointKey(tx.append({ type: 'log.key_rotated', previous, next }, KEYTURN, at, null), next);
}
