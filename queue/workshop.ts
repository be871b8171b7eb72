import type { Clock } from '../bot/ports/clock.ts';
import type { Executor } from '../bot/ports/executor.ts';
import type { Home, Released } from '../bot/ports/home.ts';
import type { Logger } from '../bot/ports/logger.ts';
import type { Random } from '../bot/ports/random.ts';
import { OutputFile } from './executors/output.ts';
import { outputFileOf } from './executors/output-folder.ts';
import { secretsOf } from './executors/secrets.ts';
import type { Sink, Workshop } from './worker.ts';

export interface WorkshopOptions {
  readonly home: Home;
  readonly executorFor: (claimed: Released) => Executor | string;
  /** Where what actions print is kept, one file a try. */
  readonly outputDir: string;
  /** Brings what a file holds to somewhere else, while it grows. Left out, the file stays where it is. */
  readonly bring?: (claimed: Released, file: OutputFile, path: string) => Sink;
  readonly random: Random;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A place to work, with files for what is printed. What the policy redacts is hidden there as well. */
export function workshop(options: WorkshopOptions): Workshop {
  const { home, executorFor, outputDir, bring = stays, random, clock, logger } = options;
  return {
    home,
    executorFor,
    random,
    logger,
    clock,
    inHand: new Set(),
    underWay: new Set(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    sinkFor(claimed) {
      const { request, attempt, payload } = claimed.job;
      const executor = executorFor(claimed);
      const secrets = secretsOf(
        payload,
        claimed.redact,
        typeof executor === 'string' ? [] : executor.secrets,
      );
      const path = outputFileOf(outputDir, request, attempt);
      return bring(claimed, new OutputFile(path, secrets), path);
    },
  };
}

function stays(_claimed: Released, file: OutputFile): Sink {
  return { write: (bytes) => file.write(bytes), close: async () => file.close() };
}
