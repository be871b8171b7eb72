import type { Notice } from './notice.ts';

/** What became of one try. `later`: the place asked for time; everything for it waits. `never`: it cannot go out. */
export type Delivery =
  | { readonly done: true }
  | { readonly done: false; readonly retryAfterMs: number }
  | { readonly done: false; readonly never: string };

export const DELIVERED: Delivery = { done: true };

/**
 * Brings notices to the places of one face (`log`, `terminal`, `anchor`, …; see `faceOf`).
 * A rejection means that it is not known to have arrived: it is tried again, later each time.
 * `deliver` may be called twice for one notice, and the second call MUST do no harm. It MUST NOT
 * run on after `signal` is aborted. It never holds up another place.
 */
export interface Courier {
  readonly face: string;
  deliver(notice: Notice, attempt: { readonly nth: number; readonly signal: AbortSignal }): Promise<Delivery>;
}
