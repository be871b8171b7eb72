import type { Logger } from './ports/logger.ts';

/** Runs `work` again and again, never twice at once. A failure is logged and does not end it. */
export function every(
  ms: number,
  name: string,
  work: () => Promise<void>,
  logger: Logger,
): () => Promise<void> {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= work()
      .catch((cause: unknown) => logger.error('a timer failed', { timer: name, cause: String(cause) }))
      .finally(() => {
        running = null;
      });
  }, ms);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
