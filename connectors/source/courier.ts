import { write } from '../../bot/app/change-request.ts';
import type { Context } from '../../bot/app/context.ts';
import { endHeld, leaveHeld, setHeld, type Word, wordsOn } from '../../bot/app/release-held.ts';
import type { Courier } from '../../bot/ports/courier.ts';
import { SourceBusy } from './call-source.ts';
import type { Connector, Told } from './connector.ts';

/** A source that takes no word for so long has let the thing go by itself. */
const GIVE_UP_MS = 7 * 24 * 60 * 60_000;

/** Brings the words on held things to their source, at least once. */
export function sourceCourier(contextNow: () => Context, connector: Connector): Courier {
  const settle = async (word: Word, told: Told): Promise<void> => {
    const { held, verdict } = word;
    const context = contextNow();
    if (told.is === 'unknown') {
      // Nobody says how it ended, so the request becomes `unknown`, and a person settles it.
      await setHeld(context, held, 'over');
    } else if (told.is === 'gone') await leaveHeld(context, held, told.why);
    else if (verdict === 'reject') await setHeld(context, held, 'over');
    else if (connector.tellsOutcome) await setHeld(context, held, 'released');
    else await endHeld(context, held, { status: 'succeeded', detail: 'released at its source' });
  };
  return {
    face: connector.name,
    toldOfChanges: false,
    async deliver({ notice, id, key }, signal) {
      if (notice.kind !== 'change') return { done: false, never: `a ${notice.kind} is nothing for a source` };
      const context = contextNow();
      const request = context.store.committed.request(notice.request);
      if (request === null) return { done: true };
      if (context.time.now() - request.createdAt > GIVE_UP_MS)
        return { done: false, never: 'its source took no word on it for a week' };
      const words = await wordsOn(context, request);
      // Only this one waits longer each time; others at the same source go on.
      if (words === 'later') throw new Error('what was approved cannot be released now');
      // On disk before anything leaves: whoever comes after a crash knows that it may have arrived.
      if (words.length > 0 && key === null) await write(context, ({ tx }) => tx.claim(id, 'said'));
      for (const word of words) {
        const told = await connector.release(word, key !== null, signal).catch(busyFor);
        if ('retryAfterMs' in told) return { done: false, ...told };
        await settle(word, told);
      }
      return { done: true };
    },
  };
}

function busyFor(cause: unknown): { readonly retryAfterMs: number } {
  if (cause instanceof SourceBusy) return { retryAfterMs: cause.retryAfterMs };
  throw cause;
}
