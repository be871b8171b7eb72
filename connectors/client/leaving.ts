import { patienceAfter } from '../guard/patience.ts';
import type { Leaving } from '../guard/session.ts';

/** What a timer can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const NEVER = new AbortController().signal;

/** Gives up when the caller's signal is aborted or the time-out passes, until the action starts. */
export class Leaver implements Leaving {
  readonly hurrying: AbortSignal = NEVER;
  reason = '';
  readonly #leaving = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(signal: AbortSignal | undefined, timeoutMs: number | null) {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#aborted, { once: true });
    if (signal?.aborted) this.#aborted();
    if (timeoutMs === null) return;
    const passed = (): void => this.#leave('the time-out passed');
    this.#timer = setTimeout(passed, Math.min(timeoutMs, LONGEST_TIMER_MS));
  }

  get leaving(): AbortSignal {
    return this.#leaving.signal;
  }

  patience(ms: number): AbortSignal {
    return patienceAfter(this.#leaving.signal, NEVER, ms);
  }

  /** From here on the action runs, and giving up is no longer the way to end it. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#aborted);
  }

  readonly #aborted = (): void => this.#leave('the caller gave up');

  #leave(reason: string): void {
    if (this.#leaving.signal.aborted) return;
    this.reason = reason;
    this.#leaving.abort();
  }
}
