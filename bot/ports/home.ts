import type { Refusal } from '../core/refusal.ts';
import type { RequestId, RunOutput } from '../core/request.ts';
import type { Job, TryEnded } from './executor.ts';

/** What a worker gets with its claim: everything it needs to run, and how long it has. */
export interface Released {
  readonly ok: true;
  readonly job: Omit<Job, 'signal' | 'isLate' | 'onOutput'>;
  readonly leaseMs: number;
  /** JSON pointers into the payload whose values must not be printed. */
  readonly redact: readonly string[];
  /** What would run, as data. Its digest is the executor's definition. */
  readonly settings: object;
  /** The canonical JSON that the action digest covers; the payload stands in it. */
  readonly actionText: string;
}
export type Claimed = Released | Refusal;

/** How one try ended, as who ran it says. */
export interface Finished {
  readonly attempt: number;
  readonly ended: TryEnded;
  /** Until the next try, where this one may be repeated. */
  readonly retryInMs: number;
  readonly output: RunOutput | null;
}

export type Kept = { readonly ok: true; readonly stop: boolean } | Refusal;
export type Told = { readonly ok: true } | Refusal;

/**
 * Where a worker takes its actions from: the bot's use cases, in this process or over HTTP.
 *
 * The effect MUST begin after `claim` has released it and not before. All three MAY reject when nobody
 * answers; `finish` MAY be repeated, and says the same again.
 */
export interface Home {
  claim(id: RequestId): Promise<Claimed>;
  /** A sign of life. Answers whether somebody wants it to end. */
  keep(id: RequestId, attempt: number): Promise<Kept>;
  finish(id: RequestId, finished: Finished): Promise<Told>;
}
