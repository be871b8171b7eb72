import type { Context } from '../bot/app/context.ts';
import { RISKS } from '../bot/core/request.ts';
import type { Logger } from '../bot/ports/logger.ts';
import type { QueueDriver } from '../bot/ports/queue-driver.ts';

/** What nobody has taken by then is offered again: it may be lost. The queue collapses it if it is not. */
const OFFER_AGAIN_MS = 1_000;
const MOST_AT_ONCE = 500;

/** Each commit calls for a look, and a long list makes a look dear: so many parts of the time are for other work. */
const REST = 9;
const LONGEST_REST_MS = 500;

export interface Dispatch {
  stop(): Promise<void>;
}

/**
 * Tells the queue what there is to run: after each commit, and once a second. What is to be run is read
 * off the requests themselves, so nothing that the queue loses is lost.
 */
export function startDispatch(context: Context, driver: QueueDriver, logger: Logger): Dispatch {
  const offered = new Set<string>();
  let stopped = false;
  let running: Promise<void> | null = null;
  let again = false;
  let isDown = false;

  /** Answers how long the look took, in milliseconds. */
  const offer = async (): Promise<number> => {
    const began = performance.now();
    const ready = context.store.committed.runnable(context.time.now(), MOST_AT_ONCE);
    const took = performance.now() - began;
    const fresh = ready.filter(({ request, attempt }) => !offered.has(`${request} ${attempt}`));
    for (const { request, attempt, risk, runsOn } of fresh) {
      if (stopped) return took;
      try {
        await driver.add({ request, attempt, urgency: RISKS.indexOf(risk), runsOn });
        offered.add(`${request} ${attempt}`);
        isDown = false;
      } catch (cause) {
        // Said once, not for every action that waits. All of them are tried again in a second.
        if (!isDown) logger.warn('the queue takes nothing; approved actions wait', { cause: String(cause) });
        isDown = true;
        return took;
      }
    }
    return took;
  };
  const look = () => {
    again = true;
    running ??= (async () => {
      try {
        while (again && !stopped) {
          again = false;
          const took = await offer();
          if (again)
            await new Promise((rested) => setTimeout(rested, Math.min(took * REST, LONGEST_REST_MS)));
        }
      } catch (cause) {
        logger.error('dispatch stopped short', { cause: String(cause) });
      } finally {
        running = null;
      }
    })();
  };
  const stopWatching = context.watchers.watch(null, look);
  const timer = setInterval(() => {
    offered.clear();
    look();
  }, OFFER_AGAIN_MS);
  look();
  return {
    async stop() {
      stopped = true;
      stopWatching();
      clearInterval(timer);
      await running;
    },
  };
}
