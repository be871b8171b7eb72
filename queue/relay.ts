import { write } from '../bot/app/change-request.ts';
import type { Context } from '../bot/app/context.ts';
import type { Logger } from '../bot/ports/logger.ts';
import type { Messenger } from '../bot/ports/messenger.ts';

const BATCH = 200;
const AGAIN_MS = 1000;
/** A place that does not answer must not keep the process alive. What it was being told waits for the next start. */
const STOP_WITHIN_MS = 1000;

export interface Relay {
  stop(): Promise<void>;
}

/**
 * Outbox to places, in the order the changes were committed, at least once: a notice is dropped only
 * after its place took it. One that fails stays and is tried again a second later. Nothing that
 * decides ever waits for this.
 */
export function startRelay(context: Context, messengers: readonly Messenger[], logger: Logger): Relay {
  const byPlace = new Map(messengers.map((messenger) => [messenger.place, messenger]));
  let stopped = false;
  let running: Promise<void> | null = null;
  let again = false;

  const drain = async () => {
    while (!stopped) {
      const waiting = context.store.committed.notices(BATCH);
      const done: number[] = [];
      for (const { id, notice } of waiting) {
        if (stopped) break;
        try {
          await byPlace.get(notice.place)?.deliver(notice);
          done.push(id);
        } catch (cause) {
          logger.warn('a notice was not delivered', {
            place: notice.place,
            seq: notice.seq,
            cause: String(cause),
          });
          break;
        }
      }
      if (done.length > 0) await write(context, ({ tx }) => tx.delivered(done));
      if (done.length < waiting.length || waiting.length < BATCH) return;
    }
  };
  const run = () => {
    again = true;
    running ??= (async () => {
      try {
        while (again && !stopped) {
          again = false;
          await drain();
        }
      } catch (cause) {
        logger.error('the relay stopped short', { cause: String(cause) });
      } finally {
        running = null;
      }
    })();
  };
  const stopWatching = context.watchers.watch(null, run);
  const timer = setInterval(run, AGAIN_MS);
  run();
  return {
    async stop() {
      stopped = true;
      stopWatching();
      clearInterval(timer);
      let giveUp: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        giveUp = setTimeout(resolve, STOP_WITHIN_MS);
      });
      await Promise.race([running, late]);
      clearTimeout(giveUp);
    },
  };
}
