import { join } from 'node:path';
import type { Claimed } from '../bot/app/run-action.ts';
import type { Clock } from '../bot/ports/clock.ts';
import type { Executor } from '../bot/ports/executor.ts';
import type { Logger } from '../bot/ports/logger.ts';
import type { Random } from '../bot/ports/random.ts';
import { OutputFile } from './executors/output.ts';
import { valueAt } from './executors/pointer.ts';
import type { Home, Workshop } from './worker.ts';

const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;

export interface WorkshopOptions {
  readonly home: Home;
  readonly executorFor: (claimed: Extract<Claimed, { ok: true }>) => Executor | null;
  /** Where what actions print is kept, one file a try. */
  readonly outputDir: string;
  readonly random: Random;
  readonly clock: Pick<Clock, 'steady'>;
  readonly logger: Logger;
}

/** A place to work, with files for what is printed. What the policy redacts is hidden there as well. */
export function workshop({ home, executorFor, outputDir, random, clock, logger }: WorkshopOptions): Workshop {
  return {
    home,
    executorFor,
    random,
    logger,
    steady: () => clock.steady(),
    inHand: new Set(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    sinkFor(claimed) {
      const { request, attempt, payload } = claimed.job;
      const redacted = claimed.redact.flatMap((pointer) => {
        const value = valueAt(payload, pointer);
        return typeof value === 'string' ? value : [];
      });
      const secrets = [...redacted, ...(executorFor(claimed)?.secrets ?? [])];
      return new OutputFile(join(outputDir, `${request}-${attempt}.log`), secrets, MOST_OUTPUT_BYTES);
    },
  };
}
