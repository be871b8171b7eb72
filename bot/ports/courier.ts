import type { Instant } from '../core/request.ts';
import type { WaitingNotice } from './notice.ts';
import type { Transaction } from './store.ts';

/**
 * What became of one try. `record` is written in the transaction that crosses the notice out: a
 * message's id, an entry. `retryAfterMs`: the place asks for time, and everything for it waits.
 * `againInMs`: this one waits so long, and everything for its place for `quietMs`. `never`: it cannot go out at all; that is put on record.
 */
export type Delivery =
  | {
      readonly done: true;
      readonly record?: (tx: Transaction, at: Instant) => void;
      /** It does no harm twice, so the record may wait for the next few and share their commit. */
      readonly mayWait?: boolean;
    }
  | { readonly done: false; readonly retryAfterMs: number }
  | { readonly done: false; readonly againInMs: number; readonly quietMs: number; readonly why: string }
  | { readonly done: false; readonly never: string };

/**
 * Brings notices to the places of one face (`log`, `terminal`, `anchor`, …; see `faceOf`). The relay
 * gives it one notice of a place at a time, and never lets one place wait for another.
 *
 * A rejection means that nobody knows whether it arrived: it is tried again, later each time. So
 * `deliver` may come twice for one notice, and the second MUST do no harm. It MUST NOT run on after
 * `signal` is aborted.
 */
export interface Courier {
  readonly face: string;
  /** Whether this face is told of every change of every request, under its bare name as the place. */
  readonly toldOfChanges: boolean;
  deliver(waiting: WaitingNotice, signal: AbortSignal): Promise<Delivery>;
}
