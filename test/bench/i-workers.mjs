import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRedis } from '../chaos/redis.mjs';
import { inTurns, mostOf } from './lib/measure.mjs';
import { hash, POLICY, TOKENS } from './lib/policy.mjs';
import { startKeyturn, startLimitWorker, startWorker } from './lib/processes.mjs';
import { toRow } from './lib/rows.mjs';
import { inParallel } from './lib/use-cases.mjs';
import { Wire } from './lib/wire.mjs';

const MANY = 4;
const WIDTH = 20;
const POLL_MS = 20;

/**
 * `keyturn worker` in processes of its own, one action at a time each, and each action starts `true`. The
 * raw side is BullMQ alone over the same Redis: as many processes, and jobs that start `true` as well.
 */
export async function workers({ dir, quick }) {
  const redis = await openRedis({ appendOnly: false });
  const count = quick ? 200 : 1_000;
  const ours = (machines) => (round) =>
    keyturn(join(dir, `workers-${machines}-${round}`), redis, machines, count);
  const raw = (machines) => (round) => bare(`raw-${machines}-${round}`, redis, machines, count);
  const contestants = [ours(1), ours(MANY), raw(1), raw(MANY)];
  const [one, four, bareOne, bareFour] = await inTurns(quick ? 1 : 3, contestants);
  await redis.close();
  const most = (rounds) => mostOf(rounds, 'perSecond');
  const row = (what, value, unit, limit, aim = null) =>
    toRow({ what, value, unit, limit, limitName: 'BullMQ alone, as many processes', aim });
  return [
    row(`actions that start \`true\`, ${MANY} worker processes`, most(four), '/s', most(bareFour), [
      '>=',
      0.5,
    ]),
    row('the same, 1 worker process', most(one), '/s', most(bareOne)),
    row(`${MANY} worker processes against 1`, most(four) / most(one), '×', most(bareFour) / most(bareOne)),
  ];
}

const nameOf = (nth) => `worker-${nth}`;
const tokenOf = (nth) => `ktw_bench_token_of_${nameOf(nth)}_0123456789`;
const upTo = (count) => Array.from({ length: count }, (_, nth) => nth);

function policyFor(machines) {
  const named = upTo(machines).map(
    (nth) => `  ${nameOf(nth)}: { auth: { token_sha256: ${hash(tokenOf(nth))} } }`,
  );
  const execute = '{ command: { argv: [/bin/true], cwd: /tmp }, kind: idempotent }';
  return `${POLICY.replace('actions:\n', `actions:\n  db.true: { execute: ${execute} }\n`)}
queue: { driver: bullmq, concurrency: 0 }
workers:
${named.join('\n')}
`;
}

async function keyturn(dir, redis, machines, count) {
  mkdirSync(dir, { recursive: true });
  const bot = await startKeyturn(dir, policyFor(machines), { REDIS_URL: redis.url });
  const wires = await Promise.all(upTo(WIDTH).map(() => Wire.open(bot.port)));
  await inParallel(count, WIDTH, async (nth) => {
    const wire = wires.pop();
    await approve(wire, nth);
    wires.push(wire);
  });
  const started = upTo(machines).map((nth) =>
    startWorker({ dir, port: bot.port, token: tokenOf(nth), redisUrl: redis.url }),
  );
  const [wire] = wires;
  const perSecond = await slope(count, async () => {
    const { body } = await wire.call('GET', '/metrics', TOKENS.carol);
    const open = (state) => Number(new RegExp(`requests_open{state="${state}"} (\\d+)`).exec(body)?.[1]);
    return open('approved') + open('executing');
  });
  for (const one of wires) one.close();
  await Promise.all([...started, bot].map((process_) => process_.stop()));
  return { perSecond };
}

async function approve(wire, nth) {
  const { body } = await wire.call('POST', '/v1/requests', TOKENS.agent, toSubmission(nth));
  const { id, action_digest } = JSON.parse(body);
  await wire.call('GET', `/v1/requests/${id}/payload`, TOKENS.bob);
  const vote = { verdict: 'approve', action_digest };
  const { status, body: said } = await wire.call('POST', `/v1/requests/${id}/reviews`, TOKENS.bob, vote);
  if (status !== 200) throw new Error(`the approval answered ${status}: ${said}`);
}

const toSubmission = (nth) => ({
  action: 'db.true',
  target: { system: 'postgres', environment: 'prod', resource: `t${nth}` },
  reason: 'bench',
  payload: { nth },
});

async function bare(name, redis, machines, count) {
  const { Queue } = (await import('bullmq')).default;
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null };
  const queue = new Queue(name, { connection });
  await queue.addBulk(
    upTo(count).map((nth) => ({ name: 'run', data: { nth }, opts: { removeOnComplete: true } })),
  );
  const started = upTo(machines).map(() => startLimitWorker({ name, port: redis.port }));
  const perSecond = await slope(count, async () => {
    const { waiting, active } = await queue.getJobCounts('waiting', 'active');
    return waiting + active;
  });
  await Promise.all(started.map((worker) => worker.stop()));
  await queue.close();
  return { perSecond };
}

/** Between the first tenth and the last, so that neither the start of a process nor its end is in it. */
async function slope(count, left) {
  let first = null;
  for (;;) {
    const [at, still] = [performance.now(), await left()];
    if (first === null && still <= count * 0.9) first = { at, still };
    if (first !== null && still <= count * 0.1) return ((first.still - still) * 1000) / (at - first.at);
    await sleep(POLL_MS);
  }
}
