import { write } from './change-request.ts';
import type { Context } from './context.ts';

/** Slack's signatures are good for five minutes, its retries come within the hour. */
export const REMEMBERED_MS = 2 * 60 * 60_000;

/**
 * Handles each delivery once: runs `work` unless it was handled before, and says whether it did. One
 * that comes again meanwhile waits for the first. A `work` that throws was not handled: the next try
 * runs it again.
 */
export type ReceiveOnce = (delivery: string, work: () => Promise<void>) => Promise<boolean>;

export function receiveOnce(context: Context, source: string): ReceiveOnce {
  const running = new Map<string, Promise<void>>();
  return async (delivery, work) => {
    const first = running.get(delivery);
    if (first !== undefined) {
      await first;
      return false;
    }
    if (context.store.committed.knowsDelivery(source, delivery)) return false;
    const done = (async () => {
      await work();
      await write(context, ({ tx, at }) => tx.rememberDelivery(source, delivery, at));
    })();
    running.set(delivery, done);
    try {
      await done;
      return true;
    } finally {
      running.delete(delivery);
    }
  };
}
