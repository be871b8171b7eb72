import { once } from 'node:events';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { RequestId } from '../../bot/core/request.ts';
import type { Logger } from '../../bot/ports/logger.ts';
import type { QueueDriver, Wake } from '../../bot/ports/queue-driver.ts';
import type { Random } from '../../bot/ports/random.ts';
import { createSlots } from './slots.ts';

const ADD_WITHIN_MS = 2_000;
/**
 * How long a silent worker keeps a wake-up. The action itself has a lease of its own, in SQLite: this is
 * only what a worker that died before its claim may hold up.
 */
const LOCK_MS = 5_000;
/**
 * How long a wake-up waits for room in a worker that listens to several queues. Then it is dropped: the bot
 * offers it again, and a worker with more room may get it.
 */
const SLOT_WITHIN_MS = 2_000;
/** Where Redis is there, and nothing runs, a close takes a fraction of this. */
const CLOSE_MS = 2_000;

/**
 * Wake-ups through Redis, so that workers on other machines hear them. One queue per set of labels: a
 * worker listens to those that its own labels cover. Losing all of Redis loses wake-ups and nothing else.
 */
export function bullmqDriver(redisUrl: string, random: Random, logger: Logger): QueueDriver {
  // A wake-up that died with an earlier process stays in Redis until its lock is over. Ours is another.
  const life = Buffer.from(random.bytes(6)).toString('base64url');
  const connection = connectionOf(redisUrl);
  const queues = new Map<string, Queue<Wake>>();
  const workers: Worker<Wake>[] = [];
  // Redis that is away says so many times a second. Once a minute is enough to read.
  const complain = atMostEvery(60_000, (cause: unknown) => {
    logger.warn('redis does not answer; approved actions wait for it', { cause: String(cause) });
  });
  // One client for all that is added. What it cannot send soon is given up: it will be offered again.
  const client = new Redis({ ...connection, maxRetriesPerRequest: 1 });
  client.on('error', complain);
  let closed = false;
  let running = 0;

  const queueOf = (name: string): Queue<Wake> => {
    const known = queues.get(name);
    if (known !== undefined) return known;
    const queue = new Queue<Wake>(name, { connection: client });
    queue.on('error', complain);
    queues.set(name, queue);
    return queue;
  };

  const toJob = (wake: Wake) => ({
    name: 'run',
    data: wake,
    opts: {
      jobId: `${wake.request}-${wake.attempt}-${life}`,
      // BullMQ counts the other way round: 1 goes first.
      priority: 4 - wake.urgency,
      attempts: 1,
      removeOnComplete: true,
      removeOnFail: true,
    },
  });

  return {
    async add(wakes) {
      if (closed) throw new Error('the queue is closed');
      // Before it is ready BullMQ makes queues that stay broken, and an add waits for ever.
      if (client.status !== 'ready') await within(ADD_WITHIN_MS, once(client, 'ready'));
      const added = Promise.all(
        [...byQueue(wakes)].map(([name, some]) => queueOf(name).addBulk(some.map(toJob))),
      );
      added.catch(() => undefined);
      await within(ADD_WITHIN_MS, added);
    },
    take(work, { most, labels }) {
      const slots = createSlots(most);
      const inTurn = async (data: unknown) => {
        if (!(await slots.take(SLOT_WITHIN_MS))) return;
        running += 1;
        try {
          if (!closed) await work(readWake(data));
        } finally {
          running -= 1;
          slots.give();
        }
      };
      for (const name of coveredBy(labels)) {
        const worker = new Worker<Wake>(name, ({ data }) => inTurn(data), {
          connection: { ...connection, maxRetriesPerRequest: null },
          concurrency: most,
          lockDuration: LOCK_MS,
          stalledInterval: LOCK_MS,
          // A wake-up whose worker died is dropped: the bot offers it again once the lease is over.
          maxStalledCount: 0,
        });
        worker.on('error', complain);
        workers.push(worker);
      }
    },
    async close(withinMs) {
      if (closed) return;
      closed = true;
      const until = performance.now() + withinMs;
      let isOver = false;
      const closing = Promise.allSettled(workers.map((worker) => worker.close())).then(() => {
        isOver = true;
      });
      // While Redis is away this never ends. The time is for what runs: with nothing in hand there is nothing to wait for.
      do await within(Math.min(CLOSE_MS, until - performance.now()), closing).catch(() => undefined);
      while (!isOver && running > 0 && performance.now() < until);
      await Promise.allSettled(workers.map((worker) => within(1_000, worker.close(true))));
      await Promise.allSettled([...queues.values()].map((queue) => within(1_000, queue.close())));
      client.disconnect();
    },
  };
}

function connectionOf(redisUrl: string) {
  const url = new URL(redisUrl);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    throw new TypeError('a Redis URL begins with redis:// or rediss://');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 6379 : Number(url.port),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.pathname.length > 1 ? { db: Number(url.pathname.slice(1)) } : {}),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
    connectTimeout: 2_000,
    retryStrategy: (times: number) => Math.min(times * 200, 2_000),
  };
}

function byQueue(wakes: readonly Wake[]): ReadonlyMap<string, readonly Wake[]> {
  const found = new Map<string, Wake[]>();
  for (const wake of wakes) {
    const name = queueName(wake.runsOn);
    const some = found.get(name) ?? [];
    found.set(name, some);
    some.push(wake);
  }
  return found;
}

/** BullMQ takes no colon in a queue's name. */
function queueName(runsOn: readonly string[]): string {
  return ['keyturn', ...[...runsOn].sort()].join('+');
}

const MOST_LABELS = 6;

/** Every set of labels that a worker with these may serve: all of their subsets. */
function coveredBy(labels: readonly string[]): readonly string[] {
  if (labels.length > MOST_LABELS) throw new TypeError(`a worker has at most ${MOST_LABELS} labels`);
  const subsets: (readonly string[])[] = [[]];
  for (const label of labels) subsets.push(...subsets.map((set) => [...set, label]));
  return subsets.map(queueName);
}

/** Redis is not ours alone: what comes out of it is only a hint, and is read as one. */
function readWake(data: unknown): Wake {
  const { request, attempt, urgency } = (data ?? {}) as Partial<Record<keyof Wake, unknown>>;
  return {
    request: (typeof request === 'string' ? request.slice(0, 64) : '') as RequestId,
    attempt: Number.isSafeInteger(attempt) ? (attempt as number) : 0,
    urgency: Number.isSafeInteger(urgency) ? (urgency as number) : 0,
    runsOn: [],
  };
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function atMostEvery(ms: number, say: (cause: unknown) => void): (cause: unknown) => void {
  let next = 0;
  return (cause) => {
    if (performance.now() < next) return;
    next = performance.now() + ms;
    say(cause);
  };
}
