import type { SignedCheckpoint } from '../ports/checkpoints.ts';
import { type Writing, write } from './change-request.ts';
import { KEYTURN, type LogContext } from './context.ts';

const DAY_MS = 24 * 60 * 60_000;

/** What anchoring itself writes. Were it a reason to sign again, one checkpoint would lead to the next for ever. */
const BOOKKEEPING = ['audit.anchored', 'audit.anchor_failed', 'log.heartbeat'] as const;

/**
 * Signs the log up to the newest entry of this transaction, and tells the anchors in it too. Null
 * when it must not be signed.
 */
export function checkpointIn(context: LogContext, { tx, at }: Writing): SignedCheckpoint | null {
  if (context.guard.why() !== null) return null;
  const size = tx.lastSeq() + 1;
  const newest = tx.newestCheckpoint();
  if (newest?.size === size) return newest;
  const origin = tx.tree.origin();
  const root = tx.tree.root(size);
  const note = context.notary.sign({ origin, size, root });
  const checkpoint = { size, root, note, at };
  tx.keepCheckpoint(checkpoint);
  const body = textForAnchors(context, checkpoint);
  for (const place of context.anchors) tx.notify({ kind: 'text', place, seq: size - 1, body });
  return checkpoint;
}

/** What an anchor is shown: the note, and the key that it can be verified with. */
export function textForAnchors({ notary, store }: LogContext, { note }: SignedCheckpoint): string {
  return `${note}\nverifier key: ${notary.keyFor(store.committed.tree.origin())}\n`;
}

export function takeCheckpoint(context: LogContext): Promise<SignedCheckpoint | null> {
  return write(context, (writing) => checkpointIn(context, writing));
}

/** For a timer: when the log has grown and the last one is `everyMs` old, and once a day in any case. */
export async function takeDueCheckpoint(context: LogContext, everyMs: number): Promise<void> {
  const { committed } = context.store;
  if (context.guard.why() !== null) return;
  const newest = committed.newestCheckpoint();
  const age = newest === null ? Number.POSITIVE_INFINITY : context.time.now() - newest.at;
  if (age < everyMs) return;
  const grown = committed.hasOthersSince(newest?.size ?? 0, BOOKKEEPING);
  if (!grown && age < DAY_MS) return;
  await write(context, (writing) => {
    // A day on which nothing happened is told apart from a day on which nothing was written.
    if (!grown) writing.tx.append({ type: 'log.heartbeat' }, KEYTURN, writing.at, null);
    checkpointIn(context, writing);
  });
}
