import type { JsonObject } from '../core/canonical-json.ts';
import type { Digest } from '../core/digest.ts';
import type { RequestId, Target } from '../core/request.ts';

/** One approved action, released to be carried out now. */
export interface Job {
  readonly request: RequestId;
  /** Counts the starts of this request, from 1. It is the fence: an older start has no say any more. */
  readonly attempt: number;
  readonly action: string;
  readonly target: Target;
  readonly payload: JsonObject;
  readonly actionDigest: Digest;
  /** The signed grant, for a target that wants to check it without asking us. */
  readonly grant: unknown;
  /** Aborted when somebody stops the action, or its time is up. */
  readonly signal: AbortSignal;
  /**
   * True once this try may be somebody else's. MUST be asked right before the effect can begin, after
   * everything that takes time; then nothing may be started.
   */
  readonly isLate: () => boolean;
  /** What it prints, as it comes. MAY be called often. MUST NOT be called after `run` has settled. */
  readonly onOutput: (bytes: Uint8Array) => void;
}

/**
 * How one try ended. `failed`: it did not happen, or it said itself that it failed. `unknown`: it was
 * started, and this executor cannot say how it ended. `retryable` is true only when another try can do
 * no harm that the first one has not done: nothing was started, or the target promised to be idempotent.
 */
export interface TryEnded {
  readonly status: 'succeeded' | 'failed' | 'unknown';
  readonly exitCode: number | null;
  readonly detail: string | null;
  readonly retryable: boolean;
}

/**
 * Performs an approved action on Keyturn's side.
 *
 * `run` MUST settle within its own timeout and a short grace, also when the target never answers, and
 * MUST NOT reject. It MUST pass on the request's id as an idempotency key wherever the target takes
 * one. It MUST NOT put payload values where a shell, a log or a process list could read them, other
 * than as the whole arguments that the operator's config names.
 */
export interface Executor {
  /**
   * `idempotent`: a second run does no harm, so it is tried again. `checkable`: the target can be asked
   * whether it happened. `once`: never again after it started.
   */
  readonly kind: 'idempotent' | 'checkable' | 'once';
  /** Digest of everything in the config that says what would run. Held by the request from its submission on. */
  readonly definition: Digest;
  /** Values it gives away to what it runs. Whatever prints them, they are hidden. */
  readonly secrets: readonly string[];
  /** One line for the card: what would run, as the config and this payload say. */
  describe(payload: JsonObject): string;
  /** What is wrong with this payload for this executor, per JSON pointer; empty when it can run. */
  problems(payload: JsonObject): readonly { readonly pointer: string; readonly problem: string }[];
  run(job: Job): Promise<TryEnded>;
  /** Only for `checkable`: whether the effect of an earlier try is there. */
  check?(job: Job): Promise<'happened' | 'did_not_happen' | 'cannot_say'>;
}
