import { write } from '../bot/app/change-request.ts';
import type { Context } from '../bot/app/context.ts';
import { recordDelivered, recordGivenUp } from '../bot/app/record-delivery.ts';
import type { Place } from '../bot/core/place.ts';
import type { Courier, Delivery } from '../bot/ports/courier.ts';
import type { Logger } from '../bot/ports/logger.ts';
import type { WaitingNotice } from '../bot/ports/notice.ts';
import { backoffMs } from './backoff.ts';
import { type Delivered, heldBack } from './relay-batch.ts';

const BATCH = 200;
/** One that hangs is one that failed. */
const ANSWER_WITHIN_MS = 30_000;
/** So many failures one after another, of whatever notices, and it is the place that is down. */
const DOWN_AFTER = 3;

/** What goes to one place, one at a time. */
export interface Lane {
  /** Sends what may go now, unless it does so already. */
  run(): void;
  /** Resolves when the delivery that is under way is over. */
  stop(): Promise<void>;
}

export function laneTo(
  place: Place,
  courier: Courier | undefined,
  context: Context,
  logger: Logger,
  stopping: AbortSignal,
): Lane {
  let stopped = false;
  let running: Promise<void> | null = null;
  let again = false;
  let failures = 0;
  let quietUntil = 0;

  const failed = async (one: WaitingNotice, cause: unknown) => {
    failures += 1;
    const { random, time } = context;
    const wait = backoffMs(one.attempts + 1, random);
    logger.warn('a notice was not delivered', { place, kind: one.notice.kind, cause: String(cause) });
    await write(context, ({ tx, at }) => tx.tryAgain(one.id, at + wait));
    if (failures >= DOWN_AFTER) quietUntil = time.now() + backoffMs(failures - DOWN_AFTER + 1, random);
  };
  const refused = async (one: WaitingNotice, answer: Delivery & { readonly done: false }) => {
    failures = 0;
    if ('retryAfterMs' in answer) {
      quietUntil = context.time.now() + answer.retryAfterMs;
      return;
    }
    if ('againInMs' in answer) {
      const { againInMs, quietMs, why } = answer;
      logger.warn('a notice was not delivered', { place, kind: one.notice.kind, cause: why, againInMs });
      await write(context, ({ tx, at }) => tx.tryAgain(one.id, at + againInMs));
      quietUntil = context.time.now() + quietMs;
      return;
    }
    logger.error('a notice cannot be delivered', { place, kind: one.notice.kind, why: answer.never });
    await recordGivenUp(context, one, answer.never);
  };

  const drain = async () => {
    while (!stopped && context.time.now() >= quietUntil) {
      const batch = context.store.committed.sendable(place, context.time.now(), BATCH);
      if (batch.length === 0) return;
      const held = heldBack();
      for (const one of batch) {
        if (stopped) break;
        // What is held back has to be stored before anybody builds on it. Its turn comes in the next round,
        // and so does that of all that follows about the same request.
        if (held.isAbout(one)) continue;
        const outcome = await attempt(courier, one, stopping);
        // The store may be closed by now.
        if (stopping.aborted) return;
        if ('failed' in outcome || !outcome.done) {
          await store(held.take());
          await ('failed' in outcome ? failed(one, outcome.failed) : refused(one, outcome));
          break;
        }
        failures = 0;
        const next = held.add({ one, outcome });
        if (next === 'look again') break;
        if (next === 'store') await store(held.take());
      }
      await store(held.take());
    }
  };
  const store = (delivered: readonly Delivered[]) =>
    delivered.length === 0 ? undefined : recordDelivered(context, delivered);

  return {
    run() {
      again = true;
      running ??= (async () => {
        try {
          while (again && !stopped) {
            again = false;
            await drain();
          }
        } catch (cause) {
          logger.error('the relay stopped short', { place, cause: String(cause) });
        } finally {
          running = null;
        }
      })();
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}

async function attempt(
  courier: Courier | undefined,
  one: WaitingNotice,
  stopping: AbortSignal,
): Promise<Delivery | { readonly failed: unknown }> {
  if (courier === undefined) return { done: false, never: 'nobody looks after this place any more' };
  const giveUp = new AbortController();
  const end = () => giveUp.abort();
  // Undone after each try: a timer or a listener for every message of a busy hour would pile up.
  const late = setTimeout(end, ANSWER_WITHIN_MS);
  stopping.addEventListener('abort', end);
  const { signal } = giveUp;
  try {
    const given = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
    });
    return await Promise.race([courier.deliver(one, signal), given]);
  } catch (failed) {
    return { failed };
  } finally {
    clearTimeout(late);
    stopping.removeEventListener('abort', end);
  }
}
