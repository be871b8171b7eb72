import type { RequestId } from '../bot/core/request.ts';
import type { Delivery } from '../bot/ports/courier.ts';
import type { WaitingNotice } from '../bot/ports/notice.ts';

export interface Delivered {
  readonly one: WaitingNotice;
  readonly outcome: Delivery & { readonly done: true };
}

/** Records that wait for each other cost one commit. More of them would make each wait too long. */
const MOST_RECORDS = 20;

/** `look again`: a message took its time, and what is most urgent may be another one by now. */
type Next = 'go on' | 'store' | 'look again';

/** Deliveries of one batch that are over and not yet stored. */
export interface HeldBack {
  /** What has to be done before anything else is delivered. */
  add(delivered: Delivered): Next;
  /** Whether this batch has more about the same request than a line crossed out. */
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
      if (record === undefined) return 'go on';
      records += 1;
      const { notice } = delivered.one;
      if ('request' in notice) about.add(notice.request);
      if (mayWait !== true) return 'look again';
      return records >= MOST_RECORDS ? 'store' : 'go on';
    },
    isAbout: ({ notice }) => 'request' in notice && about.has(notice.request),
    take() {
      const taken = held;
      held = [];
      records = 0;
      return taken;
    },
  };
}
