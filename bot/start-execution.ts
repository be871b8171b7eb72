import { join } from 'node:path';
import { startDispatch } from '../queue/dispatch.ts';
import { embeddedDriver } from '../queue/embedded/driver.ts';
import { allHome, carryOut } from '../queue/worker.ts';
import { workshop } from '../queue/workshop.ts';
import type { Context } from './app/context.ts';
import { claimAction, finishAction, keepAction } from './app/run-action.ts';
import type { Machine } from './open-log.ts';
import type { Logger } from './ports/logger.ts';

export type QueueSettings =
  | { readonly driver: 'embedded'; readonly concurrency: number }
  | { readonly driver: 'bullmq'; readonly redisUrl: string; readonly concurrency: number };

/** What the bot is called where it carries out an action itself. */
const EMBEDDED = 'embedded';

const DRAIN_MS = 10_000;

/** What actions print, here and on other machines. */
export function outputDirOf(dataDir: string): string {
  return join(dataDir, 'outputs');
}

export interface Execution {
  /** Starts nothing new, and gives what runs a while to end. */
  stop(): Promise<void>;
}

/** Carries out what was approved: in this process, and with BullMQ on other machines as well. */
export async function startExecution(
  context: Context,
  queue: QueueSettings,
  dataDir: string,
  { random, clock, logger }: Pick<Machine, 'random' | 'clock'> & { readonly logger: Logger },
): Promise<Execution> {
  const driver =
    queue.driver === 'embedded'
      ? embeddedDriver()
      : // Loaded only where it is asked for: most installs have no Redis.
        (await import('../queue/bullmq/driver.ts')).bullmqDriver(queue.redisUrl, random, logger);
  const dispatch = startDispatch(context, driver, logger);
  const shop = workshop({
    home: {
      claim: (id) => claimAction(context, EMBEDDED, id),
      keep: (id, attempt) => keepAction(context, EMBEDDED, id, attempt),
      finish: (id, finished) => finishAction(context, EMBEDDED, id, finished),
    },
    executorFor: ({ job }) =>
      context.rulebook.actions.get(job.action)?.execute?.executor ?? 'the bot has no executor for it',
    outputDir: outputDirOf(dataDir),
    random,
    clock,
    logger,
  });
  if (queue.concurrency > 0) {
    driver.take((wake) => carryOut(shop, wake), { most: queue.concurrency, labels: [] });
  }
  return {
    async stop() {
      await dispatch.stop();
      await driver.close(DRAIN_MS);
      await allHome(shop, DRAIN_MS);
    },
  };
}
