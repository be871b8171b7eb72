import type { QueueDriver, Wake } from '../../bot/ports/queue-driver.ts';

/**
 * The queue in this very process: a list, and as many at a time as there are hands. It keeps nothing
 * over a restart, and need not: what was not run is offered again.
 */
export function embeddedDriver(): QueueDriver {
  const waiting = new Map<string, Wake>();
  const running = new Set<Promise<void>>();
  let closed = false;
  let pump = (): void => undefined;

  return {
    async add(wakes) {
      if (closed) throw new Error('the queue is closed');
      for (const wake of wakes) waiting.set(`${wake.request} ${wake.attempt}`, wake);
      // Later, so that of several that come together the urgent one goes first.
      setImmediate(() => pump());
    },
    take(work, { most, labels }) {
      pump = () => {
        while (!closed && running.size < most) {
          const next = mostUrgent(waiting, labels);
          if (next === null) return;
          const [key, wake] = next;
          waiting.delete(key);
          const run = work(wake).finally(() => {
            running.delete(run);
            pump();
          });
          running.add(run);
        }
      };
      pump();
    },
    async close(withinMs) {
      closed = true;
      waiting.clear();
      let tired: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        tired = setTimeout(resolve, withinMs);
      });
      await Promise.race([Promise.allSettled(running), patience]);
      clearTimeout(tired);
    },
  };
}

/** The first of the most urgent ones that this worker may take. */
function mostUrgent(
  waiting: ReadonlyMap<string, Wake>,
  labels: readonly string[],
): readonly [string, Wake] | null {
  let best: readonly [string, Wake] | null = null;
  for (const entry of waiting) {
    const [, wake] = entry;
    if (!wake.runsOn.every((label) => labels.includes(label))) continue;
    if (best === null || wake.urgency > best[1].urgency) best = entry;
  }
  return best;
}
