import type { ToHold } from '../../bot/app/hold-for-source.ts';
import type { Word } from '../../bot/app/release-held.ts';
import type { FieldProblem } from '../../bot/core/refusal.ts';
import type { Instant } from '../../bot/core/request.ts';
import type { Held } from '../../bot/ports/held.ts';

/** What a source posted, as it came. */
export interface Delivery {
  readonly body: Uint8Array;
  readonly header: (name: string) => string | undefined;
  readonly at: Instant;
}

/** What a delivery is about. `subject`: one thing; or, where it ends with a slash, everything whose subject begins so. */
export type Parsed =
  | { readonly kind: 'hold'; readonly hold: ToHold }
  /** Nobody waits for it there any more. */
  | { readonly kind: 'gone'; readonly subject: string; readonly why: string }
  | {
      readonly kind: 'ended';
      readonly subject: string;
      readonly status: 'succeeded' | 'failed';
      readonly detail: string | null;
    }
  /** Rightly signed, and nothing to hold: a ping, another event, a run that only looks. */
  | { readonly kind: 'nothing' }
  /** Rightly signed, and not what this source is known to send. Refused, so that its operator sees it. */
  | { readonly kind: 'unreadable'; readonly fields: readonly FieldProblem[] };

/**
 * What became of a call back. `told`: the source took it, or had taken it before. `gone`: it does not
 * wait for a word on this any more. `unknown`: a word of before may have arrived, and the source does not
 * say. A rejection means that nobody knows: it is tried again, and with `SourceBusy` when the source asks.
 */
export type Told =
  | { readonly is: 'told' }
  | { readonly is: 'gone'; readonly why: string }
  | { readonly is: 'unknown' };

/**
 * An outside system that stops what it runs and waits for our word. One file of it is read in the order
 * of these calls.
 *
 * The base around it does, once for all of them: limits on bodies; each delivery once; dedupe key,
 * request and callback in one transaction; people behind it excluded; the policy; the release on disk
 * before the word goes out, once; the word at least once, from the outbox; secrets sealed and out of log
 * and chat; the outcome on record.
 */
export interface Connector {
  /** Lowercase letters. Its path is `/webhooks/<name>`, its place in the outbox is its name. */
  readonly name: string;
  readonly mostBytes: number;
  /**
   * The delivery's id, if its source has signed exactly these bytes; else null. MUST be pure, MUST compare
   * in constant time, and MUST refuse what is not signed at all. Where the source signs a time, it MUST be
   * within five minutes of `at`, on both sides.
   */
  verify(delivery: Delivery): { readonly id: string } | null;
  /** MUST NOT throw, and MUST NOT do I/O. */
  parse(delivery: Delivery): Parsed;
  /**
   * What only the source can say: who stands behind it, what would run, whether it still waits. Null: it
   * does not wait any more, or it may not be held, such as a fork's. A rejection is answered with 503, and
   * the source or the next sweep comes again. MUST settle within `signal`.
   */
  enrich?(hold: ToHold, signal: AbortSignal): Promise<ToHold | null>;
  /**
   * Tells the source. MAY come twice for one word, and the second MUST do no harm: `isRepeat` says that
   * somebody began to say it before, and nobody knows whether it arrived. It MUST read what is
   * true at the source before it says `gone`. It MUST NOT run on after `signal` is aborted, and MUST build
   * every address from ids and the configured host, never from what a delivery said.
   */
  release(word: Word, isRepeat: boolean, signal: AbortSignal): Promise<Told>;
  /**
   * Whether the source tells later how it ended. Without it, what was released has succeeded once the
   * source took the word.
   */
  readonly tellsOutcome: boolean;
  /**
   * Every minute, for each thing that is still held. `ticket`: its source was told no for now, and the
   * request stays open.
   */
  heartbeat?(held: Held, secrets: Word['secrets'], signal: AbortSignal): Promise<'held' | 'ticket' | 'gone'>;
  /** Every minute: what waits at the source, whether or not it was ever delivered. */
  reconcile?(signal: AbortSignal): Promise<readonly ToHold[]>;
}
