import type { RequestId } from '../core/request.ts';

/**
 * All that goes through a queue: which request, and which start of it this would be. What is to be run
 * is asked for when it starts, so a queue that somebody else can read or write holds nothing of worth.
 */
export interface Wake {
  readonly request: RequestId;
  /** The starts there have been so far. */
  readonly attempt: number;
  /** 0 to 3, low to critical: higher goes first. */
  readonly urgency: number;
  /** The labels a worker must have, sorted. */
  readonly runsOn: readonly string[];
}

/**
 * Wakes workers up. SQLite is the truth: a wake-up that is lost is offered again, and one that comes
 * twice finds that somebody has the action already.
 */
export interface QueueDriver {
  /**
   * All of them at once. MUST settle within two seconds, also while the queue cannot be reached, and then
   * by rejecting; some of them may be there then. The same request and attempt MAY be collapsed into one
   * while it waits.
   */
  add(wakes: readonly Wake[]): Promise<void>;
  /**
   * Gives wake-ups to `work`, at most `most` at a time, the urgent ones first. `work` MUST NOT reject.
   * Only those whose labels are all among `labels`.
   */
  take(
    work: (wake: Wake) => Promise<void>,
    options: { readonly most: number; readonly labels: readonly string[] },
  ): void;
  /** Takes nothing new and waits for what runs, `withinMs` at most. */
  close(withinMs: number): Promise<void>;
}
