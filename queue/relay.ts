import type { Context } from '../bot/app/context.ts';
import { faceOf, type Place } from '../bot/core/place.ts';
import type { Courier } from '../bot/ports/courier.ts';
import type { Logger } from '../bot/ports/logger.ts';
import { type Lane, laneTo } from './relay-lane.ts';

/** How often what waits for its time is looked at. */
const AGAIN_MS = 250;
/** A place that does not answer must not keep the process alive. What it was being told waits for the next start. */
const STOP_WITHIN_MS = 1000;

export interface Relay {
  stop(): Promise<void>;
}

/**
 * Outbox to places, at least once: a notice is dropped only after its place took it. Each place has a
 * lane of its own, so one that is down, slow or limited holds up no other; and nothing that decides
 * ever waits for any of them. Nobody else delivers.
 */
export function startRelay(context: Context, couriers: readonly Courier[], logger: Logger): Relay {
  const byFace = new Map(couriers.map((courier) => [courier.face, courier]));
  const lanes = new Map<Place, Lane>();
  const stopping = new AbortController();
  let stopped = false;

  const run = () => {
    if (stopped) return;
    for (const place of context.store.committed.waitingPlaces()) {
      const lane =
        lanes.get(place) ?? laneTo(place, byFace.get(faceOf(place)), context, logger, stopping.signal);
      lanes.set(place, lane);
      lane.run();
    }
  };
  // Changes that share a commit are told one by one; one look is enough for all of them.
  let isDue = false;
  const stopWatching = context.watchers.watch(null, () => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      run();
    });
  });
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
      await Promise.race([Promise.all([...lanes.values()].map((lane) => lane.stop())), late]);
      clearTimeout(giveUp);
      stopping.abort();
    },
  };
}
