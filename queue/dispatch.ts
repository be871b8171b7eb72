import type { Context } from '../bot/app/context.ts';
import type { RequestId } from '../bot/core/request.ts';
import type { Logger } from '../bot/ports/logger.ts';
import type { QueueDriver } from '../bot/ports/queue-driver.ts';
import { createOffers, type Offers } from './dispatch-offers.ts';

/** How often the whole list is looked at: for what is due by time alone, and for what the queue has lost. */
const LOOK_EVERY_MS = 1_000;

/** After a look at a long list, so many parts of the time are for other work. */
const REST = 9;
const LONGEST_REST_MS = 500;

export interface Dispatch {
  stop(): Promise<void>;
}

/**
 * Tells the queue what there is to run: what a commit has changed, at once, and the rest as fast as it is
 * taken. What is to be run is read off the requests themselves, so nothing that the queue loses is lost;
 * and the queue holds a bounded part of it, so a long list costs neither memory nor repeats.
 */
export function startDispatch(context: Context, driver: QueueDriver, logger: Logger): Dispatch {
  const offers: Offers = createOffers(context);
  let changed = new Set<RequestId>();
  let isLookDue = true;
  let restUntil = 0;
  let stopped = false;
  let running: Promise<void> | null = null;
  let isDown = false;

  const hand = async (): Promise<void> => {
    const ids = changed;
    changed = new Set();
    offers.note(ids);
    if (isLookDue || (offers.isLow() && performance.now() >= restUntil)) {
      isLookDue = false;
      const began = performance.now();
      offers.look();
      const took = performance.now() - began;
      restUntil = began + took + Math.min(took * REST, LONGEST_REST_MS);
    }
    for (let batch = offers.takeBatch(); batch.length > 0 && !stopped; batch = offers.takeBatch()) {
      try {
        await driver.add(batch);
        isDown = false;
      } catch (cause) {
        offers.putBack(batch);
        // Said once, not for every action that waits. All of them are tried again in a second.
        if (!isDown) logger.warn('the queue takes nothing; approved actions wait', { cause: String(cause) });
        isDown = true;
        return;
      }
    }
  };
  const run = () => {
    running ??= (async () => {
      try {
        do await hand();
        while ((changed.size > 0 || isLookDue) && !stopped && !isDown);
      } catch (cause) {
        logger.error('dispatch stopped short', { cause: String(cause) });
      } finally {
        running = null;
      }
    })();
  };
  const stopWatching = context.watchers.watch(null, (ids) => {
    for (const id of ids) changed.add(id);
    run();
  });
  const timer = setInterval(() => {
    isLookDue = true;
    run();
  }, LOOK_EVERY_MS);
  run();
  return {
    async stop() {
      stopped = true;
      stopWatching();
      clearInterval(timer);
      await running;
    },
  };
}
