import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { RequestId } from '../../../bot/core/request.ts';
import type { Wake } from '../../../bot/ports/queue-driver.ts';
import { bullmqDriver } from '../../../queue/bullmq/driver.ts';
import { aWake, behavesLikeAQueueDriver } from '../../conformance/queue-driver.ts';
import { type RedisServer, redisServer } from '../../helpers/redis-server.ts';
import { isOnPath, skipUnless } from '../../helpers/require.ts';
import { seededRandom } from '../../helpers/seeded-random.ts';

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };
let drivers = 0;
const nextRandom = () => {
  drivers += 1;
  return seededRandom(`driver ${drivers}`);
};
let shared: RedisServer | null = null;

async function redis(): Promise<RedisServer> {
  shared ??= await redisServer();
  await shared.say('FLUSHALL');
  return shared;
}

beforeEach((context) => skipUnless(context, 'redis', isOnPath('redis-server')));
afterAll(async () => shared?.drop());

behavesLikeAQueueDriver('BullMQ', async () => {
  const { url } = await redis();
  return { open: () => bullmqDriver(url, nextRandom(), QUIET) };
});

it('a wake-up that finds no room in a worker of several queues goes to whoever has some, once it is offered again', async () => {
  const { url } = await redis();
  const open = () => {
    const driver = bullmqDriver(url, nextRandom(), QUIET);
    onTestFinished(() => driver.close(100));
    return driver;
  };
  const [full, offering, free] = [open(), open(), open()];
  const never = new Promise<void>(() => {});
  const [held, taken]: [string[], string[]] = [[], []];
  full.take(
    ({ request }) => {
      held.push(request);
      return never;
    },
    { most: 1, labels: ['eu'] },
  );
  await offering.add([aWake()]);
  await expect.poll(() => held, { timeout: 5_000 }).toEqual(['req_1']);
  const other = aWake({ request: 'req_2' as RequestId, runsOn: ['eu'] });
  await offering.add([other]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  free.take(async ({ request }) => void taken.push(request), { most: 1, labels: ['eu'] });
  const again = setInterval(() => void offering.add([other]), 500);
  onTestFinished(() => clearInterval(again));
  await expect.poll(() => taken, { timeout: 10_000 }).toContain('req_2');
  expect(held).toEqual(['req_1']);
});

it('a wake-up that waits for room is not followed once the worker is being closed', async () => {
  const { url } = await redis();
  const driver = bullmqDriver(url, nextRandom(), QUIET);
  onTestFinished(() => driver.close(100));
  const begun: string[] = [];
  const work = async ({ request }: Pick<Wake, 'request'>) => {
    begun.push(request);
    await new Promise((resolve) => setTimeout(resolve, 600));
  };
  driver.take(work, { most: 1, labels: ['eu'] });
  await driver.add([aWake(), aWake({ request: 'req_2' as RequestId, runsOn: ['eu'] })]);
  await expect.poll(() => begun.length, { timeout: 5_000 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await driver.close(3_000);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(begun).toHaveLength(1);
});

describe('row 25: BullMQ without its Redis', () => {
  const opened = (url: string) => {
    const driver = bullmqDriver(url, nextRandom(), QUIET);
    onTestFinished(() => driver.close(100));
    return driver;
  };

  it('closes soon when nothing runs, and waits for what does', async () => {
    const server = await redisServer();
    onTestFinished(() => server.drop());
    const [idle, busy] = [opened(server.url), opened(server.url)];
    let isDone = false;
    const work = async () => {
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      isDone = true;
    };
    busy.take(work, { most: 1, labels: [] });
    await busy.add([aWake()]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    idle.take(async () => undefined, { most: 1, labels: [] });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await server.kill();
    const at = performance.now();
    const closing = busy.close(60_000);
    await idle.close(60_000);
    expect([isDone, performance.now() - at < 6_000]).toEqual([false, true]);
    await closing;
    expect(isDone).toBe(true);
  }, 30_000);

  it('refuses an add within its time when nothing listens, and takes it once Redis is there', async () => {
    const server = await redisServer();
    onTestFinished(() => server.drop());
    await server.kill();
    const driver = opened(server.url);
    const started = performance.now();
    await expect(driver.add([aWake()])).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(3_000);
    await server.start();
    const taken: Wake[] = [];
    driver.take(async (wake) => void taken.push(wake), { most: 1, labels: [] });
    await expect
      .poll(
        () =>
          driver.add([aWake()]).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    await expect.poll(() => taken.length, { timeout: 10_000 }).toBeGreaterThan(0);
  }, 30_000);

  it('refuses an add within its time when Redis is frozen', async () => {
    const server = await redisServer();
    onTestFinished(() => server.drop());
    const driver = opened(server.url);
    await driver.add([aWake()]);
    await server.kill('SIGSTOP');
    const started = performance.now();
    await expect(driver.add([aWake({ attempt: 1 })])).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(3_000);
    await server.kill('SIGCONT');
  }, 30_000);

  it('takes wake-ups again after Redis was killed and came back, and after it lost everything', async () => {
    const server = await redisServer();
    onTestFinished(() => server.drop());
    const driver = opened(server.url);
    const taken: number[] = [];
    driver.take(async ({ attempt }) => void taken.push(attempt), { most: 1, labels: [] });
    await driver.add([aWake({ attempt: 1 })]);
    await expect.poll(() => taken, { timeout: 10_000 }).toContain(1);
    await server.kill();
    await server.start();
    await expect
      .poll(
        () =>
          driver.add([aWake({ attempt: 2 })]).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    await expect.poll(() => taken, { timeout: 15_000 }).toContain(2);
    await server.say('FLUSHALL');
    await expect
      .poll(
        () =>
          driver.add([aWake({ attempt: 3 })]).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    await expect.poll(() => taken, { timeout: 15_000 }).toContain(3);
  }, 60_000);

  it('reads what somebody else put into Redis as no more than a hint', async () => {
    const { url, port } = await redis();
    const driver = opened(url);
    const taken: Wake[] = [];
    driver.take(async (wake) => void taken.push(wake), { most: 1, labels: [] });
    const { Queue } = await import('bullmq');
    const foreign = new Queue('keyturn', { connection: { port } });
    onTestFinished(() => foreign.close());
    await foreign.add('run', { request: { $ne: null }, attempt: '; DROP', argv: ['rm', '-rf', '/'] });
    await expect.poll(() => taken.length, { timeout: 5_000 }).toBe(1);
    expect(taken[0]).toEqual({ request: '', attempt: 0, urgency: 0, runsOn: [] });
  });
});
