import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { forgetfulRedis } from '../helpers/forgetful-redis.ts';
import { type RedisServer, redisServer } from '../helpers/redis-server.ts';
import { isOnPath, skipUnless } from '../helpers/require.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';
import { FakeExecutor, submitApproved, untilState } from '../queue/runs/world.ts';
import { actionsRunBy } from './run-world.ts';

async function withRedis(
  prepare: (redis: RedisServer) => Promise<unknown>,
  reach: (redis: RedisServer) => string = ({ url }) => url,
) {
  const redis = await redisServer();
  await prepare(redis);
  const executor = new FakeExecutor('once');
  const keyturn = await startKeyturn(
    { actions: actionsRunBy(executor) },
    { config: { queue: { driver: 'bullmq', redisUrl: reach(redis), concurrency: 2 } } },
  );
  onTestFinished(async () => {
    await keyturn.stop();
    await redis.drop();
  });
  return { redis, executor, keyturn };
}

const ALWAYS_ON = async () => {};

beforeEach((context) => skipUnless(context, 'redis', isOnPath('redis-server')));

it.each<[string, (redis: RedisServer) => Promise<unknown>, (redis: RedisServer) => Promise<unknown>]>([
  ['killed', (redis) => redis.kill(), (redis) => redis.start()],
  ['frozen', (redis) => redis.kill('SIGSTOP'), (redis) => redis.kill('SIGCONT')],
  ['flushed', (redis) => redis.say('FLUSHALL'), ALWAYS_ON],
])(
  'row 25: while Redis is %s people decide in time, and what they approved runs later, once',
  async (_how, harm, mend) => {
    const { redis, executor, keyturn } = await withRedis(ALWAYS_ON);
    await harm(redis);
    const asked = performance.now();
    const { id } = await submitApproved(keyturn);
    expect(performance.now() - asked).toBeLessThan(2_000);
    await mend(redis);
    await expect.poll(() => executor.jobs.length, { timeout: 15_000 }).toBe(1);
    await untilState(keyturn, id, 'succeeded');
    // What was added twice, before and after, is delivered by now.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(executor.jobs).toHaveLength(1);
  },
  60_000,
);

it('row 25: a bot that starts without its Redis holds and decides, and runs once Redis is there', async () => {
  const { redis, executor, keyturn } = await withRedis((server) => server.kill());
  const { id } = await submitApproved(keyturn);
  expect((await keyturn.get('bob', `/v1/requests/${id}`)).body.state).toBe('approved');
  expect((await fetch(`${keyturn.url}/readyz`)).status).toBe(200);
  await redis.start();
  await expect.poll(() => executor.jobs.length, { timeout: 15_000 }).toBe(1);
  await untilState(keyturn, id, 'succeeded');
}, 60_000);

it('row 25: Redis does what it is told and its answers are lost, so its client tells it again: each approval runs once', async () => {
  let forgetful: Awaited<ReturnType<typeof forgetfulRedis>> | null = null;
  const { executor, keyturn } = await withRedis(
    async ({ port }) => {
      forgetful = await forgetfulRedis(port);
    },
    ({ url }) => forgetful?.url ?? url,
  );
  const ids: string[] = [];
  for (let version = 1; version <= 6; version += 1)
    ids.push((await submitApproved(keyturn, { version: String(version) })).id);
  for (const id of ids) await untilState(keyturn, id, 'succeeded').catch(() => undefined);
  const { losses = () => 0, mend = () => {} } = forgetful ?? {};
  mend();
  for (const id of ids)
    await expect.poll(async () => stateOf(keyturn, id), { timeout: 20_000 }).toBe('succeeded');
  expect(losses()).toBeGreaterThan(2);
  // What was told twice has been delivered twice by now.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(executor.jobs.map(({ request }) => request).sort()).toEqual([...ids].sort());
}, 120_000);

async function stateOf(keyturn: TestKeyturn, id: string): Promise<string> {
  return (await keyturn.get('bob', `/v1/requests/${id}`)).body.state;
}
