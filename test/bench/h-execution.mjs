import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openRedis } from '../chaos/redis.mjs';
import { ONE_KEY, PEOPLE, rule, rulebook } from '../fault/rulebook.mjs';
import { inTurns, leastOf, mostOf, percentiles } from './lib/measure.mjs';
import { load } from './lib/product.mjs';
import { toRow } from './lib/rows.mjs';
import { inParallel } from './lib/use-cases.mjs';

const HANDS = 4;
/** Before so many a side still compiles itself, and what is measured is that. */
const WARM = 300;
const QUIET = { info() {}, warn() {}, error() {} };

/** Review to start of the effect, and no-op actions a second; raw BullMQ does as much over the same Redis. */
export async function execution({ dir, quick }) {
  const redis = await openRedis({ appendOnly: false });
  const counts = quick ? { each: 100, many: 300 } : { each: 1_000, many: 3_000 };
  const settings = { driver: 'bullmq', redisUrl: redis.url };
  const raw = (round) => rawQueue(redis, counts, `raw-${round}`);
  const ours = (queue) => (round) => keyturn(join(dir, `${queue.driver}-${round}`), queue, counts);
  // Once, not in turns, and before what else would leave its garbage here: what ten thousand at once cost in memory while they drain.
  const flood = await keyturn(join(dir, 'flood'), settings, { each: 1, many: quick ? 1_000 : 10_000 });
  const [through, inside, bare] = await inTurns(quick ? 1 : 3, [
    ours(settings),
    ours({ driver: 'embedded' }),
    raw,
  ]);
  await redis.close();
  const row = (what, rounds, of, unit, least, aim) =>
    toRow({
      what,
      value: least ? leastOf(rounds, of) : mostOf(rounds, of),
      unit,
      limit: least ? leastOf(bare, of) : mostOf(bare, of),
      limitName: 'BullMQ alone, a job that does nothing',
      aim,
    });
  return [
    row('review to start through BullMQ: p99', through, 'p99', 'ms', true, ['<=', 2]),
    row('review to start through BullMQ: p50', through, 'p50', 'ms', true, null),
    row('review to start, embedded: p99', inside, 'p99', 'ms', true, null),
    row(`no-op actions through BullMQ, ${HANDS} at a time`, through, 'perSecond', '/s', false, ['>=', 0.5]),
    row(`no-op actions, embedded, ${HANDS} at a time`, inside, 'perSecond', '/s', false, null),
    toRow({
      what: `${quick ? '1,000' : '10,000'} approved at once: memory at most, while they drain`,
      value: flood.peak,
      unit: 'MiB',
      limit: flood.first,
      limitName: 'after the first tenth of them',
      aim: ['<=', 1.2],
    }),
  ];
}

async function rawQueue(redis, { each, many }, name) {
  const { Queue, Worker } = (await import('bullmq')).default;
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null };
  const queue = new Queue(name, { connection });
  let onStart = () => {};
  const work = () =>
    new Worker(name, async ({ data }) => onStart(data.nth), { connection, concurrency: HANDS });
  const options = { removeOnComplete: true };
  const worker = work();
  await worker.waitUntilReady();
  const waits = [];
  for (let nth = -WARM; nth < each; nth += 1) {
    const started = new Promise((resolve) => {
      onStart = resolve;
    });
    const at = performance.now();
    await queue.add('run', { nth }, options);
    await started;
    if (nth >= 0) waits.push(performance.now() - at);
  }
  await worker.close();
  await queue.addBulk(
    Array.from({ length: many }, (_, nth) => ({ name: 'run', data: { nth }, opts: options })),
  );
  const { perSecond, second } = await drained(many, (count) => {
    onStart = count;
    return work();
  });
  await second.close();
  await queue.close();
  return { ...percentiles(waits), perSecond };
}

/** `start` gets what is to be called for each one that is over, and begins. */
async function drained(many, start) {
  let over = 0;
  const at = performance.now();
  let second = null;
  let first = null;
  let peak = 0;
  await new Promise((resolve) => {
    second = start(() => {
      over += 1;
      if (over % 100 === 0) {
        const held = process.memoryUsage().rss / 2 ** 20;
        if (over >= many / 10) first ??= held;
        peak = Math.max(peak, first === null ? 0 : held);
      }
      if (over === many) resolve();
    });
  });
  return { perSecond: (many * 1000) / (performance.now() - at), second: await second, first, peak };
}

async function keyturn(dir, queue, { each, many }) {
  mkdirSync(dir, { recursive: true });
  const { compose } = await load('bot/compose.js');
  const { authenticator } = await load('connectors/api/authenticate.js');
  const { submitRequest } = await load('bot/app/submit-request.js');
  const { viewPayload } = await load('bot/app/view-payload.js');
  const { reviewRequest } = await load('bot/app/review-request.js');
  let onStart = () => {};
  const executor = {
    kind: 'idempotent',
    definition: `sha256:${'e'.repeat(64)}`,
    secrets: [],
    describe: () => 'does nothing',
    problems: () => [],
    async run() {
      onStart();
      return { status: 'succeeded', exitCode: 0, detail: null, retryable: false };
    },
  };
  const execute = { executor, settings: {}, runsOn: [], concurrency: 1, perMinute: null };
  const actions = new Map([['db.copy', { risk: 'medium', redact: [], execute, payloadProblems: () => [] }]]);
  const open = (concurrency) =>
    compose(
      {
        dataDir: join(dir, 'data'),
        keyDir: join(dir, 'keys'),
        log: 'bench/log',
        queue: { ...queue, concurrency },
        audit: {
          checkpointEveryMs: 60_000,
          anchors: [],
          keys: { checkpoint: null, nextCheckpoint: null, grant: null },
        },
        people: PEOPLE.map((key) => ({ key, accounts: 1 })),
        compile(personOf) {
          const book = rulebook(personOf, 1);
          const rules = [rule('run', 'db.*', { plan: { ...ONE_KEY, notify: [] }, replacesDefault: true })];
          return { ...book, actions, policy: { ...book.policy, rules } };
        },
        listen: { host: '127.0.0.1', port: 0, publicUrl: null },
        admin: { host: '127.0.0.1', port: 0 },
        fixed: { sections: {}, say: (path) => path.join('.') },
      },
      {
        clock: { wall: () => Date.now(), steady: () => performance.now() },
        random: { bytes: (count) => randomBytes(count) },
        logger: QUIET,
        couriers: () => [],
        onBroken(cause) {
          throw cause;
        },
      },
    );
  const must = (result) => {
    if (result.ok) return result;
    throw new Error(`refused with ${result.code}`);
  };
  let nth = 0;
  const viewed = async ({ context }) => {
    nth += 1;
    const callerOf = authenticator(() => context.rulebook);
    const [agent, bob] = ['ktc_test_token_of_agent', 'ktp_test_token_of_bob'].map((token) =>
      callerOf(`Bearer ${token}_0123456789`),
    );
    const submission = {
      action: 'db.copy',
      target: { system: 'postgres', environment: 'prod', resource: `t${nth}` },
      reason: 'bench',
      payload: { nth },
      onBehalfOf: null,
      links: [],
      expiresInS: null,
      hold: 'poll',
    };
    const { request } = must(await submitRequest(context, agent, submission, null));
    must(await viewPayload(context, bob, request.id));
    const vote = { verdict: 'approve', actionDigest: request.actionDigest, comment: null };
    return async () => must(await reviewRequest(context, bob, request.id, vote));
  };

  const bot = await open(HANDS);
  const waits = [];
  for (let one = -WARM; one < each; one += 1) {
    const approve = await viewed(bot);
    const started = new Promise((resolve) => {
      onStart = resolve;
    });
    const at = performance.now();
    await approve();
    await started;
    if (one >= 0) waits.push(performance.now() - at);
  }
  await bot.stop();

  const waiting = await open(0);
  await inParallel(many, 50, async () => (await viewed(waiting))());
  await waiting.stop();
  const { perSecond, second, first, peak } = await drained(many, (count) => {
    onStart = count;
    return open(HANDS);
  });
  await second.stop();
  return { ...percentiles(waits), perSecond, first, peak };
}
