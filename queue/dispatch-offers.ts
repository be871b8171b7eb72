import type { Context } from '../bot/app/context.ts';
import { type RequestId, RISKS } from '../bot/core/request.ts';
import type { Wake } from '../bot/ports/queue-driver.ts';
import type { Standing } from '../bot/ports/store.ts';

/** So many wait in the queue at once. The rest waits in the store, where nothing loses it. */
const MOST_OFFERED = 1_000;
const MOST_AT_ONCE = 200;

/** What nobody has taken by then is offered again: it may be lost. The queue collapses it if it is not. */
const OFFER_AGAIN_MS = 3_000;
const MOST_AGAIN = 500;

const URGENT = RISKS.indexOf('high');

const MINUTE_MS = 60_000;

/**
 * What the queue has been told of. One that is taken, or over, makes room for the next; of what must not
 * run beside itself no more is offered than may run.
 */
export interface Offers {
  /** These changed: some may be run now, some were taken, some are over. */
  note(ids: ReadonlySet<RequestId>): void;
  /** The list as it is now: what time alone has made due, and what was offered long ago. */
  look(): void;
  /** Room has become free, and there was more than could be offered. */
  isLow(): boolean;
  takeBatch(): readonly Wake[];
  /** They were not added. The next look finds them. */
  putBack(batch: readonly Wake[]): void;
}

interface Offer {
  readonly lane: string;
  readonly at: number;
}

export function createOffers(context: Context): Offers {
  const { committed } = context.store;
  const offered = new Map<RequestId, Offer>();
  const offeredIn = new Map<string, number>();
  /** Taken and not over, with their lanes. */
  const taken = new Map<RequestId, string>();
  let waiting: Wake[] = [];
  let hasMore = true;

  const forget = (id: RequestId): boolean => {
    const offer = offered.get(id);
    if (offer === undefined) return false;
    offered.delete(id);
    const left = (offeredIn.get(offer.lane) ?? 1) - 1;
    if (left === 0) offeredIn.delete(offer.lane);
    else offeredIn.set(offer.lane, left);
    return true;
  };

  /** False where its lane has no room. What it needs beyond its place in the list is read only now. */
  const offer = ({ request, lane, urgency }: Standing, at: number): boolean => {
    const found = committed.request(request);
    if (found === null) return true;
    const settings = context.rulebook.actions.get(found.action)?.execute;
    const { running, started } = committed.laneLoad(lane, at, at - MINUTE_MS);
    const most = settings?.concurrency ?? 1;
    const perMinute = settings?.perMinute ?? Number.POSITIVE_INFINITY;
    const before = offeredIn.get(lane) ?? 0;
    if (running + before >= most || started + before >= perMinute) return false;
    offered.set(request, { lane, at: performance.now() });
    offeredIn.set(lane, before + 1);
    waiting.push({
      request,
      attempt: found.execution?.run?.attempt ?? 0,
      urgency,
      runsOn: found.executor?.runsOn ?? [],
    });
    return true;
  };

  /** As many of one lane as may run beside each other. */
  const offerLane = (lane: string, at: number): void => {
    // Those that are offered stand first in it still.
    const known = offeredIn.get(lane) ?? 0;
    for (let most = known + 1; offered.size < MOST_OFFERED; most *= 2) {
      const line = committed.nextOfLane(lane, at, most);
      const fresh = line.filter(({ request }) => !offered.has(request));
      if (!fresh.every((one) => offer(one, at)) || line.length < most) return;
    }
  };

  return {
    note(ids) {
      const at = context.time.now();
      const freed = new Set<string>();
      for (const id of ids) {
        const standing = committed.standing(id);
        if (standing === null) continue;
        const { lane, state, runAt, urgency } = standing;
        if (runAt !== null && runAt <= at) {
          taken.delete(id);
          // What is urgent does not stand in line behind a thousand others.
          const most = urgency >= URGENT ? 2 * MOST_OFFERED : MOST_OFFERED;
          if (offered.size >= most) hasMore = true;
          else if (!offered.has(id)) offer(standing, at);
          continue;
        }
        const wasOffered = forget(id);
        if (state === 'executing' && !taken.has(id)) taken.set(id, lane);
        else if (taken.delete(id) || wasOffered) freed.add(lane);
      }
      for (const lane of freed) offerLane(lane, at);
    },

    look() {
      const at = context.time.now();
      const now = performance.now();
      let again = 0;
      // In the order in which they were offered: the first that is young ends the look.
      for (const [id, { at: since }] of [...offered]) {
        if (now - since < OFFER_AGAIN_MS || again >= MOST_AGAIN) break;
        again += 1;
        forget(id);
        const standing = committed.standing(id);
        if (standing !== null && standing.runAt !== null && standing.runAt <= at) offer(standing, at);
      }
      const heads = committed.nextOfLanes(at, MOST_OFFERED + offered.size);
      hasMore = heads.length >= MOST_OFFERED;
      for (const head of heads) {
        if (offered.size >= MOST_OFFERED) break;
        if (!offered.has(head.request)) offer(head, at);
        if (mayRunBeside(head.lane)) offerLane(head.lane, at);
      }
    },

    isLow: () => hasMore && offered.size < MOST_OFFERED / 2,

    takeBatch() {
      const batch = waiting.slice(0, MOST_AT_ONCE);
      waiting = waiting.slice(MOST_AT_ONCE);
      return batch;
    },

    putBack(batch) {
      for (const { request } of [...batch, ...waiting]) forget(request);
      waiting = [];
    },
  };

  /** A lane begins with its action's name. */
  function mayRunBeside(lane: string): boolean {
    const [action = ''] = lane.split(' ');
    return (context.rulebook.actions.get(action)?.execute?.concurrency ?? 1) > 1;
  }
}
