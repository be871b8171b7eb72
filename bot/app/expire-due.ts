import { decide } from '../core/lifecycle/decide.ts';
import { circumstances, current, record, write } from './change-request.ts';
import { CONSUME_REPEAT_MS } from './consume-request.ts';
import { type Context, KEYTURN } from './context.ts';
import { REMEMBERED_MS } from './receive-once.ts';
import { IDEMPOTENCY_MS } from './submit-request.ts';

const BATCH = 500;
/** Thread lines and direct messages are never edited. A vendor has them as long as it likes, and so has the log. */
const POSTS_KEPT_MS = 90 * 24 * 60 * 60_000;
/** What is over at its source may still be told of again, by a late delivery. */
const HELD_KEPT_MS = 30 * 24 * 60 * 60_000;

/** Records every deadline that has passed. Called by the sweeper twice a second and before each list. */
export async function expireDue(context: Context): Promise<void> {
  for (;;) {
    const now = context.time.now();
    const due = context.store.committed.due(now, BATCH);
    if (due.length === 0) return;
    await write(context, (writing) => {
      for (const id of due) {
        const request = current(context, writing, id);
        // Written by a version that counted otherwise: it is due later by now, and would be found here for ever.
        if (request !== null && !writing.changed.has(id)) writing.tx.touch(request);
      }
    });
  }
}

/** A caller that blocked on the answer and went away takes its request along. */
export async function cancelAbandoned(context: Context): Promise<void> {
  const waiting = context.store.committed.waiting();
  context.presence.keepOnly(new Set(waiting));
  const gone = waiting.filter((id) => context.presence.isGone(id));
  if (gone.length === 0) return;
  await write(context, (writing) => {
    for (const id of gone) {
      const request = current(context, writing, id);
      if (request === null) continue;
      const decision = decide(request, { type: 'leave' }, circumstances(context, writing, request));
      if (decision.ok) record(context, writing, request, decision.events, KEYTURN);
    }
  });
}

/** What is kept for a bounded time only is dropped once nobody may ask for it. */
export async function forgetRepeats(context: Context): Promise<void> {
  await write(context, ({ tx, at }) => {
    tx.forgetBefore(at - IDEMPOTENCY_MS, at - CONSUME_REPEAT_MS);
    tx.forgetDeliveries(at - REMEMBERED_MS);
    tx.forgetPosts(at - POSTS_KEPT_MS);
    tx.dropSessions(at);
    tx.forgetHeld(at - HELD_KEPT_MS);
  });
}
