import { patienceAfter } from './patience.ts';
import type { Leaving } from './session.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** What a timer can hold. Nobody waits longer than 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Under npx one Ctrl-C comes twice, from the terminal and from npm. It is still one. */
const ECHO_MS = 500;

/**
 * Ctrl-C, a terminating signal, or `--timeout`. Until the command starts they mean "give up"; while it
 * runs, signals are the command's; afterwards they mean "do not wait for the report".
 */
export class Interruption implements Leaving {
  readonly #leaving = new AbortController();
  readonly #hurrying = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  #forward: ((signal: NodeJS.Signals) => void) | null = null;
  #reporting = false;
  #reason = '';
  #last = { signal: '', atMs: 0 };

  constructor(timeoutMs: number | null) {
    for (const signal of SIGNALS) process.on(signal, this.#receive);
    if (timeoutMs === null) return;
    this.#timer = setTimeout(() => this.#leave('the time-out passed'), Math.min(timeoutMs, LONGEST_TIMER_MS));
  }

  /** Aborted once the caller gives up. */
  get leaving(): AbortSignal {
    return this.#leaving.signal;
  }

  /** Aborted when told a second time, or while only the report is left. */
  get hurrying(): AbortSignal {
    return this.#hurrying.signal;
  }

  get reason(): string {
    return this.#reason;
  }

  patience(ms: number): AbortSignal {
    return patienceAfter(this.#leaving.signal, this.#hurrying.signal, ms);
  }

  /** The wait is over: the time-out no longer counts. */
  stopClock(): void {
    clearTimeout(this.#timer);
  }

  /** From now on signals go to the command. */
  handOver(forward: (signal: NodeJS.Signals) => void): void {
    this.#forward = forward;
  }

  /** The command has ended; only its outcome is left to report. */
  takeBack(): void {
    this.#forward = null;
    this.#reporting = true;
  }

  dispose(): void {
    this.stopClock();
    for (const signal of SIGNALS) process.off(signal, this.#receive);
  }

  readonly #receive = (signal: NodeJS.Signals): void => {
    const again = signal === this.#last.signal && Date.now() - this.#last.atMs < ECHO_MS;
    this.#last = { signal, atMs: Date.now() };
    if (again) return;
    if (this.#forward !== null) this.#forward(signal);
    else if (this.#reporting || this.#leaving.signal.aborted) this.#hurrying.abort();
    else this.#leave(`stopped by ${signal}`);
  };

  #leave(reason: string): void {
    if (this.#leaving.signal.aborted) return;
    this.#reason = reason;
    this.#leaving.abort();
  }
}
