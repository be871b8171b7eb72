import { remoteHome } from '../connectors/worker/home.ts';
import { bullmqDriver } from '../queue/bullmq/driver.ts';
import { definitionOf, type ExecutorSettings, toExecutor } from '../queue/executors/settings.ts';
import { allHome, carryOut } from '../queue/worker.ts';
import { workshop } from '../queue/workshop.ts';
import { bringing } from '../queue/workshop-bring.ts';
import { openGrantVerifier } from '../store/keys/grant-verifier.ts';
import type { Clock } from './ports/clock.ts';
import type { Logger } from './ports/logger.ts';
import { systemRandom } from './random.ts';
import { SOFTWARE } from './software.ts';
import { refusalText } from './views/refusals.ts';

export interface WorkerSettings {
  readonly url: string;
  readonly token: string;
  readonly redisUrl: string;
  /** PEM, as the bot writes it into `grant.pub`, and where it was read. */
  readonly publicKey: string;
  readonly keyFile: string;
  readonly most: number;
  readonly drainMs: number;
  /** The executors' secrets, and what commands are given. */
  readonly env: NodeJS.ProcessEnv;
  readonly outputDir: string;
}

/** What is over needs a moment to be told. */
const LEAST_FOR_OUTCOMES_MS = 5_000;

interface WorkerPorts {
  readonly logger: Logger;
  /** The bot wants nothing of this worker, and why. Told once. */
  readonly onTurnedAway: (why: string) => void;
  readonly software?: string;
  readonly clock?: Clock;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

export interface RunningWorker {
  /** Takes nothing new, and gives what runs its time to end. */
  stop(): Promise<void>;
}

/** A worker without a database: Redis wakes it up, and everything else it gets from the bot. */
export function startWorker(
  settings: WorkerSettings,
  {
    logger,
    onTurnedAway,
    software = SOFTWARE,
    clock = { wall: () => Date.now(), steady: () => performance.now() },
  }: WorkerPorts,
): RunningWorker {
  const { url, token, redisUrl, publicKey, keyFile, most, drainMs, env, outputDir } = settings;
  const random = systemRandom();
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  let isTurnedAway = false;
  const home = remoteHome({
    bot: { url, token },
    software,
    verify: openGrantVerifier(publicKey, keyFile),
    definitionOf: (executor) => definitionOf(executor as ExecutorSettings),
    random,
    wall: () => clock.wall(),
    logger,
    sleep,
    onTurnedAway(why) {
      if (!isTurnedAway) onTurnedAway(why);
      isTurnedAway = true;
    },
  });
  const shop = workshop({
    home,
    executorFor: ({ settings: executor }) => {
      try {
        return toExecutor(executor as ExecutorSettings, env, () => clock.wall());
      } catch (cause) {
        // Most often a secret that is not set on this machine.
        return `not run: ${cause instanceof Error ? cause.message : String(cause)}`;
      }
    },
    outputDir,
    bring: bringing(home.send, sleep),
    random,
    clock,
    logger,
  });
  const driver = bullmqDriver(redisUrl, random, logger);
  let isStopped = false;
  const began = (async () => {
    for (let pauseMs = FIRST_PAUSE_MS; !isStopped; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const hello = await home.hello().catch((cause: unknown) => {
        logger.warn('the bot does not answer; trying again', { url, cause: String(cause) });
        return null;
      });
      if (hello?.ok) {
        const { worker, labels } = hello;
        if (!isStopped) driver.take((wake) => carryOut(shop, wake), { most, labels });
        logger.info('working', { worker, labels, url, concurrency: most });
        return;
      }
      if (hello !== null && !isTurnedAway) onTurnedAway(refusalText(hello));
      if (hello !== null) return;
      await sleep(pauseMs);
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await began;
      await driver.close(drainMs);
      await allHome(shop, Math.max(drainMs, LEAST_FOR_OUTCOMES_MS));
    },
  };
}
