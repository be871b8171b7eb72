import { getMaxListeners, setMaxListeners } from 'node:events';

/**
 * Listens for the caller's abort until it is told to stop. Many calls may share one signal, and Node warns
 * of a leak at the eleventh listener: ours come on top of what the caller allows, and go again.
 */
export function onAbort(signal: AbortSignal | undefined, aborted: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) aborted();
  allow(signal, 1);
  signal.addEventListener('abort', aborted, { once: true });
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener('abort', aborted);
    allow(signal, -1);
  };
}

/** Zero is no limit. */
function allow(signal: AbortSignal, more: number): void {
  const most = getMaxListeners(signal);
  if (most > 0) setMaxListeners(most + more, signal);
}
