import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './client.ts';

export interface Persistence {
  /** When to stop trying (ms since the epoch). Asked again after each failure. */
  readonly until: number;
  /** Aborted: the answer no longer matters. */
  readonly signal: AbortSignal;
  readonly onUnreachable?: (why: string) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Repeats the attempt until there is an answer or a refusal, the time is over, or nobody wants it any more. */
export async function persist<T>(attempt: () => Promise<Answer<T>>, limits: Persistence): Promise<Answer<T>> {
  for (let failures = 0; ; failures += 1) {
    const answer = await attempt();
    if (answer.kind !== 'unreachable' || limits.signal.aborted) return answer;
    limits.onUnreachable?.(answer.why);
    const left = limits.until - Date.now();
    if (left > 0) await pause(Math.min(left, pauseAfter(failures)), limits.signal);
    if (limits.signal.aborted || Date.now() >= limits.until) return answer;
  }
}

/** Ends early, without an error, when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

// The jitter keeps a hundred waiting guards from coming back in the same millisecond.
function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2);
}
