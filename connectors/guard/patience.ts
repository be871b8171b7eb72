import { pause } from './persist.ts';

/** Aborted `ms` after the caller gave up, or at once when told to hurry. For calls that are worth an answer. */
export function patienceAfter(leaving: AbortSignal, hurrying: AbortSignal, ms: number): AbortSignal {
  const over = new AbortController();
  const end = (): void => over.abort();
  const start = (): void => void pause(ms, hurrying).then(end);
  if (leaving.aborted) start();
  else leaving.addEventListener('abort', start, { once: true });
  return over.signal;
}
