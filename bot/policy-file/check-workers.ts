import type { Check } from './check.ts';

/** What the bot is called where it carries out an action itself. */
const OURS = 'embedded';

/** Approved actions must not wait for a worker that cannot come. */
export function checkWorkers({ draft, report }: Check): void {
  const { workers, queue } = draft;
  for (const key of workers.keys()) {
    if (key === OURS)
      report(['workers', key], `"${OURS}" is what the bot itself is called: take another name`);
    if (draft.people.has(key) || draft.clients.has(key))
      report(['workers', key], `"${key}" is a person or a client too: one name is one principal`);
  }
  if (queue?.driver === 'embedded' && workers.size > 0)
    report(['workers'], 'are woken through Redis: set queue.driver to bullmq');
  if (queue?.concurrency === 0 && workers.size === 0)
    report(
      ['queue', 'concurrency'],
      'must not be 0 while there are no workers: nobody would run what is approved',
    );
  for (const [key, action] of draft.actions) {
    const asked = action?.execute?.runs_on ?? [];
    if (asked.length === 0) continue;
    const isServed = [...workers.values()].some(
      // One that could not be read may have them; its own problem is told.
      (worker) => worker === null || asked.every((label) => worker.labels.includes(label)),
    );
    if (!isServed)
      report(
        ['actions', key, 'execute', 'runs_on'],
        `no worker has ${asked.join(' and ')}: it would wait until it lapses`,
      );
  }
}
