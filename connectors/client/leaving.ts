import { patienceAfter } from '../guard/patience.ts';
import type { Leaving } from '../guard/session.ts';
import { onAbort } from './on-abort.ts';

/** What a timer can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Gives up when the caller's signal is aborted or the time-out passes, until the action starts. */
export class Leaver implements Leaving {
  /** Never: whoever called waits for the answer. One of its own, since each call listens to it. */
  readonly hurrying: AbortSignal = new AbortController().signal;
  reason = '';
  readonly #leaving = new AbortController();
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(signal: AbortSignal | undefined, timeoutMs: number | null) {
    this.#stopListening = onAbort(signal, () => this.#leave('the caller gave up'));
    if (timeoutMs === null) return;
    const passed = (): void => this.#leave('the time-out passed');
    this.#timer = setTimeout(passed, Math.min(timeoutMs, LONGEST_TIMER_MS));
  }

  get leaving(): AbortSignal {
    return this.#leaving.signal;
  }

  patience(ms: number): AbortSignal {
    return patienceAfter(this.#leaving.signal, this.hurrying, ms);
  }

  /** The wait is over: the time-out no longer counts. */
  stopClock(): void {
    clearTimeout(this.#timer);
  }

  /** From here on the action runs, and giving up is no longer the way to end it. */
  dispose(): void {
    this.stopClock();
    this.#stopListening();
  }

  #leave(reason: string): void {
    if (this.#leaving.signal.aborted) return;
    this.reason = reason;
    this.#leaving.abort();
  }
}
