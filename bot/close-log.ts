import { setTimeout as wait } from 'node:timers/promises';
import { write } from './app/change-request.ts';
import { KEYTURN, type LogContext } from './app/context.ts';
import { checkpointIn, textForAnchors } from './app/take-checkpoint.ts';
import type { Anchor } from './ports/anchor.ts';

/** An anchor that does not answer must not hold up the end. It is told at the next start. */
const ANCHORED_WITHIN_MS = 1_000;

/**
 * The last entry, the checkpoint over it, and the files that it is shown to. A copy of the data that
 * is put back after this is told from it at the next start.
 */
export async function closeLog(context: LogContext, anchors: readonly Anchor[]): Promise<void> {
  try {
    await write(context, (writing) => {
      writing.tx.append({ type: 'log.stopped' }, KEYTURN, writing.at, null);
      checkpointIn(context, writing);
    });
    await publishLast(context, anchors);
  } finally {
    context.store.close();
  }
}

/** Shows the newest checkpoint to those anchors that are at hand now. */
export async function publishLast(context: LogContext, anchors: readonly Anchor[]): Promise<void> {
  const checkpoint = context.store.committed.newestCheckpoint();
  if (checkpoint === null || context.guard.why() !== null) return;
  const text = textForAnchors(context, checkpoint);
  const late = new AbortController();
  const files = anchors.filter(({ lines }) => lines !== null);
  // It waits in the outbox as well. What arrives now is not written a second time then.
  const shown = Promise.allSettled(files.map((anchor) => anchor.publish(text, late.signal)));
  await Promise.race([shown, wait(ANCHORED_WITHIN_MS, null, { ref: false })]);
  late.abort();
}
