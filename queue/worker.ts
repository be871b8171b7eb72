import type { RequestId, RunOutput } from '../bot/core/request.ts';
import type { Clock } from '../bot/ports/clock.ts';
import type { Executor, Job, TryEnded } from '../bot/ports/executor.ts';
import type { Finished, Home, Released } from '../bot/ports/home.ts';
import type { Logger } from '../bot/ports/logger.ts';
import type { Wake } from '../bot/ports/queue-driver.ts';
import type { Random } from '../bot/ports/random.ts';
import { backoffMs } from './backoff.ts';

/** Keeps what an action prints. One per try. */
export interface Sink {
  write(bytes: Uint8Array): void;
  /** Null when nothing was printed. That it could not be kept is no reason to lose the outcome. */
  close(): Promise<Omit<RunOutput, 'attempt'> | null>;
}

export interface Workshop {
  readonly home: Home;
  /** What carries out this claim, or why this worker cannot. */
  readonly executorFor: (claimed: Released) => Executor | string;
  readonly sinkFor: (claimed: Released) => Sink;
  readonly random: Random;
  readonly logger: Logger;
  readonly sleep: (ms: number) => Promise<void>;
  /** `steady` is never set back, and stands still while the machine sleeps; `wall` may be set, and does not. */
  readonly clock: Clock;
  /** What this worker has in hand at this moment. */
  readonly inHand: Set<RequestId>;
  /** Outcomes on their way home. */
  readonly underWay: Set<Promise<void>>;
}

/** A home that is slow to take outcomes is not given work for more of them. */
const MOST_UNDER_WAY = 64;

/** Somebody who stops an action waits for it. */
const ASK_EVERY_MS = 1_000;

/** How often a result is brought home before it is given up. The lease ends it then. */
const FINISH_TRIES = 60;

const NOT_STARTED: TryEnded = {
  status: 'failed',
  exitCode: null,
  detail: 'was not started in time; nothing was done',
  retryable: true,
};

/**
 * One wake-up: claim, run, finish. The claim is on disk before the effect begins, and says that it
 * began; whatever dies after that, nobody has to guess whether it may have started.
 */
export async function carryOut(shop: Workshop, { request }: Pick<Wake, 'request'>): Promise<void> {
  // A process that was frozen past its lease is woken for what it is at already. It goes on with that.
  if (shop.inHand.has(request)) return;
  shop.inHand.add(request);
  const finished = await claimAndRun(shop, request).catch((cause: unknown) => {
    shop.logger.error('a worker broke its promise', { request, cause: String(cause) });
    return null;
  });
  if (finished === null) {
    shop.inHand.delete(request);
    return;
  }
  // The next action is claimed meanwhile: the end of one and the start of another share a commit.
  const bringing = bringHome(shop, request, finished).finally(() => {
    shop.inHand.delete(request);
    shop.underWay.delete(bringing);
  });
  shop.underWay.add(bringing);
  if (shop.underWay.size > MOST_UNDER_WAY) await Promise.race(shop.underWay);
}

/** Waits for the outcomes that are on their way, so long at most. */
export async function allHome({ underWay, sleep }: Workshop, withinMs: number): Promise<void> {
  if (underWay.size > 0) await Promise.race([Promise.all(underWay), sleep(withinMs)]);
}

interface Moment {
  readonly steady: number;
  readonly wall: number;
}

function nowOf(clock: Clock): Moment {
  return { steady: clock.steady(), wall: clock.wall() };
}

async function claimAndRun(shop: Workshop, request: RequestId): Promise<Finished | null> {
  const { home, logger, clock } = shop;
  const asked = nowOf(clock);
  const claimed = await home.claim(request).catch((cause: unknown) => {
    logger.warn('an action could not be claimed', { request, cause: String(cause) });
    return null;
  });
  if (claimed === null || !claimed.ok) return null;
  const { attempt } = claimed.job;
  const sink = shop.sinkFor(claimed);
  const stop = new AbortController();
  const isOver = new AbortController();
  let held = asked;
  const keeping = keepAlive(shop, claimed, stop, isOver.signal, (kept) => {
    held = kept;
  });
  // Frozen, or asleep with its machine, between the claim and the start: by now it may be somebody else's.
  const isLate = () => Math.max(clock.steady() - held.steady, clock.wall() - held.wall) >= claimed.leaseMs;
  const onOutput = (bytes: Uint8Array) => sink.write(bytes);
  const job = { ...claimed.job, signal: stop.signal, isLate, onOutput };
  const ended = isLate() ? NOT_STARTED : await run(shop, job, claimed);
  // What it printed may have a way to go, and nobody is to take it over meanwhile.
  const printed = await sink.close().catch((cause: unknown) => {
    logger.error('what an action printed could not be kept', { request, cause: String(cause) });
    return null;
  });
  isOver.abort();
  await keeping;
  const output = printed === null ? null : { attempt, ...printed };
  return { attempt, ended, retryInMs: backoffMs(attempt, shop.random), output };
}

async function run(shop: Workshop, job: Job, claimed: Released): Promise<TryEnded> {
  const executor = shop.executorFor(claimed);
  // Nothing was started, and another worker may be able to.
  if (typeof executor === 'string') return { ...NOT_STARTED, detail: executor };
  try {
    // A second start of something that can be asked about: it may have happened the first time.
    if (job.attempt > 1 && executor.check !== undefined) {
      const seen = await executor.check(job);
      if (seen === 'happened')
        return { status: 'succeeded', exitCode: null, detail: 'it had happened already', retryable: false };
      if (seen === 'cannot_say') {
        return {
          status: 'unknown',
          exitCode: null,
          detail: 'the target cannot say whether it happened',
          retryable: true,
        };
      }
    }
    return await executor.run(job);
  } catch (cause) {
    shop.logger.error('an executor broke its promise', { request: job.request, cause: String(cause) });
    return { status: 'unknown', exitCode: null, detail: 'the executor failed', retryable: false };
  }
}

/** Says that it lives, and asks whether it may go on. Who hears that the lease is somebody else's stops. */
async function keepAlive(
  { home, sleep, clock }: Workshop,
  { job, leaseMs }: Released,
  stop: AbortController,
  isOver: AbortSignal,
  onKept: (asked: Moment) => void,
): Promise<void> {
  const over = new Promise<void>((resolve) =>
    isOver.addEventListener('abort', () => resolve(), { once: true }),
  );
  while (!isOver.aborted) {
    await Promise.race([sleep(Math.min(leaseMs / 3, ASK_EVERY_MS)), over]);
    if (isOver.aborted) return;
    // A bot that does not answer may be starting again. What runs, runs; the lease decides.
    const asked = nowOf(clock);
    const kept = await home.keep(job.request, job.attempt).catch(() => null);
    if (kept?.ok) onKept(asked);
    if (kept !== null && (!kept.ok || kept.stop)) stop.abort();
  }
}

async function bringHome(
  { home, sleep, logger }: Workshop,
  id: RequestId,
  finished: Finished,
): Promise<void> {
  for (let tries = 1; tries <= FINISH_TRIES; tries += 1) {
    try {
      const said = await home.finish(id, finished);
      if (!said.ok) logger.error('an outcome was refused', { request: id, code: said.code });
      return;
    } catch (cause) {
      logger.warn('an outcome could not be reported; trying again', {
        request: id,
        tries,
        cause: String(cause),
      });
      await sleep(Math.min(1_000 * tries, 10_000));
    }
  }
  logger.error('an outcome was given up; the lease ends it', { request: id });
}
