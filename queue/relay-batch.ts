import type { RequestId } from '../bot/core/request.ts';
import type { Delivery } from '../bot/ports/courier.ts';
import type { WaitingNotice } from '../bot/ports/notice.ts';

export interface Delivered {
  readonly one: WaitingNotice;
  readonly outcome: Delivery & { readonly done: true };
}

/** Records that wait for each other cost one commit. More of them would make each wait too long. */
const MOST_RECORDS = 20;

/** Deliveries that are over and not yet stored. */
export interface HeldBack {
  /** True when what it holds has to be stored before anything else is delivered. */
  add(delivered: Delivered): boolean;
  /** Whether something is held about the same request that is more than a line crossed out. */
  isAbout(one: WaitingNotice): boolean;
  /** Everything, and then it is empty. */
  take(): readonly Delivered[];
}

export function heldBack(): HeldBack {
  let held: Delivered[] = [];
  let records = 0;
  const about = new Set<RequestId>();
  return {
    add(delivered) {
      const { record, mayWait } = delivered.outcome;
      held.push(delivered);
      if (record === undefined) return false;
      records += 1;
      const { notice } = delivered.one;
      if ('request' in notice) about.add(notice.request);
      return mayWait !== true || records >= MOST_RECORDS;
    },
    isAbout: ({ notice }) => 'request' in notice && about.has(notice.request),
    take() {
      const taken = held;
      held = [];
      records = 0;
      about.clear();
      return taken;
    },
  };
}
