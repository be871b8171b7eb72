import { evolve } from '../core/lifecycle/evolve.ts';
import { isTerminal } from '../core/request.ts';
import { announce } from './announce.ts';
import { current, type Writing, write } from './change-request.ts';
import { type Context, KEYTURN } from './context.ts';

const BATCH = 100;

/**
 * Erases the payloads of requests that ended long enough ago, and what Keyturn made of them for
 * people to see. What people wrote about them stays: it is erased by name, with `audit erase`.
 */
export function payloadEraser(context: Context): () => Promise<void> {
  // A process that was killed may have left them in a file that is only read again.
  let isScrubbed = false;
  return async () => {
    const before = context.time.now() - context.rulebook.payloadRetentionMs;
    for (;;) {
      const due = context.store.committed.erasablePayloads(before, BATCH);
      if (due.length === 0) break;
      isScrubbed = false;
      await write(context, (writing) => {
        for (const id of due) eraseOne(context, writing, id);
      });
    }
    if (!isScrubbed) isScrubbed = context.store.scrub();
  };
}

function eraseOne(context: Context, writing: Writing, id: Parameters<typeof current>[2]): void {
  const request = current(context, writing, id);
  if (request === null || !isTerminal(request.state) || request.payloadErasedAt !== null) return;
  const event = { type: 'payload.erased' } as const;
  const erased = evolve(request, event, writing.at);
  const seq = writing.tx.append(event, KEYTURN, writing.at, erased);
  writing.tx.erasePayload(erased, seq);
  writing.tx.update(erased, request);
  writing.changed.add(id);
  // The cards that show a part of it are edited as well.
  announce(context, writing.tx, erased, [{ event, seq }], KEYTURN);
}
