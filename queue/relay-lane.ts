import { write } from '../bot/app/change-request.ts';
import type { Context } from '../bot/app/context.ts';
import { recordGivenUp } from '../bot/app/record-delivery.ts';
import type { Place } from '../bot/core/place.ts';
import type { Courier, Delivery } from '../bot/ports/courier.ts';
import type { Logger } from '../bot/ports/logger.ts';
import type { WaitingNotice } from '../bot/ports/notice.ts';
import { backoffMs } from './backoff.ts';

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

  /** False when this place has to be left alone for now. */
  const settle = async (
    one: WaitingNotice,
    outcome: Delivery | { readonly failed: unknown },
    done: WaitingNotice[],
  ) => {
    if ('failed' in outcome) {
      failures += 1;
      const wait = backoffMs(one.attempts + 1, context.random);
      logger.warn('a notice was not delivered', {
        place,
        kind: one.notice.kind,
        cause: String(outcome.failed),
      });
      await write(context, ({ tx, at }) => tx.tryAgain(one.id, at + wait));
      if (failures >= DOWN_AFTER)
        quietUntil = context.time.now() + backoffMs(failures - DOWN_AFTER + 1, context.random);
      return failures < DOWN_AFTER;
    }
    failures = 0;
    if (outcome.done && outcome.record === undefined) {
      done.push(one);
      return true;
    }
    if (outcome.done) {
      await write(context, ({ tx, at, changed }) => {
        outcome.record?.(tx, at);
        tx.crossOut([one]);
        if ('request' in one.notice) changed.add(one.notice.request);
      });
      return true;
    }
    if ('retryAfterMs' in outcome) {
      quietUntil = context.time.now() + outcome.retryAfterMs;
      return false;
    }
    logger.error('a notice cannot be delivered', { place, kind: one.notice.kind, why: outcome.never });
    await recordGivenUp(context, one, outcome.never);
    return true;
  };

  const drain = async () => {
    while (!stopped && context.time.now() >= quietUntil) {
      const batch = context.store.committed.sendable(place, context.time.now(), BATCH);
      if (batch.length === 0) return;
      const done: WaitingNotice[] = [];
      for (const one of batch) {
        if (stopped) break;
        const outcome = await attempt(courier, one, stopping);
        // The store may be closed by now.
        if (stopping.aborted) return;
        const goOn = await settle(one, outcome, done);
        // A message took its time, and what is most urgent may be another one by now.
        if (!goOn || !done.includes(one)) break;
      }
      if (done.length > 0) await write(context, ({ tx }) => tx.crossOut(done));
    }
  };
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
  const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const signal = AbortSignal.any([stopping, late]);
  try {
    const given = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
    });
    return await Promise.race([courier.deliver(one, signal), given]);
  } catch (failed) {
    return { failed };
  }
}
