import { write } from './change-request.ts';
import { KEYTURN, type LogContext } from './context.ts';
import { checkpointIn } from './take-checkpoint.ts';

/**
 * An operator goes on with the log that is here, although an anchor holds a later one, nothing shows
 * that a restored copy is the newest, or its key is lost. What was signed under the old origin is not
 * denied: the new one begins another life of the log, and says who began it and why. Returns the new
 * verifier key.
 */
export function openEpoch(
  context: LogContext,
  by: { readonly operator: string; readonly reason: string },
): Promise<string> {
  return write(context, (writing) => {
    const { tx, at } = writing;
    const [log, epoch] = splitOrigin(tx.tree.origin());
    const key = context.notary.keyFor(`${log}/${epoch + 1}`);
    const opened = { type: 'log.epoch_opened', epoch: epoch + 1, key, text: { ...by } } as const;
    tx.keepCheckpointKey(tx.append(opened, KEYTURN, at, null), key);
    tx.clearRestored();
    tx.append({ type: 'log.stopped' }, KEYTURN, at, null);
    checkpointIn(context, writing);
    return key;
  });
}

function splitOrigin(origin: string): [log: string, epoch: number] {
  const slash = origin.lastIndexOf('/');
  return [origin.slice(0, slash), Number(origin.slice(slash + 1))];
}
