import type { Instant, RequestId } from '../core/request.ts';

/**
 * Where a thing stands that an outside system holds for us.
 * `held`: its source waits for a word. `taken`: the release is on record, and the source has yet to hear
 * of it. `released`: it has. `over`: nothing is to be told any more; it may come again.
 */
export type HeldStatus = 'held' | 'taken' | 'released' | 'over';

/** One thing that an outside system holds until its request is decided: a deployment, a run. */
export interface Held {
  readonly connector: string;
  /** Names it at its source. Two deliveries with the same subject are about one thing. */
  readonly subject: string;
  readonly request: RequestId;
  /** The account of whoever asked, as its entries name it. */
  readonly account: string;
  /** JSON: what its connector needs to call back, and no secret. */
  readonly ref: string;
  /** The source's secrets and the grant's nonce, sealed; null once nobody needs them. */
  readonly sealed: Uint8Array | null;
  readonly status: HeldStatus;
  readonly at: Instant;
}

export interface KnownHeld {
  held(connector: string, subject: string): Held | null;
  /** The first 100 whose subject begins so. */
  heldUnder(connector: string, prefix: string): readonly Held[];
  /** Everything that this request holds, oldest first. */
  heldOf(request: RequestId): readonly Held[];
  /** What this connector's source still waits for, oldest first. */
  stillHeld(connector: string, most: number): readonly Held[];
}

export interface KeepingHeld {
  /** Takes the place of what was known of this subject. */
  hold(held: Held): void;
  /** With `over`, what was sealed is dropped. */
  setHeld(one: Pick<Held, 'connector' | 'subject'>, status: HeldStatus, sealed?: Uint8Array): void;
  /** Drops what is over and older than this. */
  forgetHeld(before: Instant): void;
}
