// One run: an action is approved, something dies or freezes at one point, and it ends as its kind promises.
import { WAYS } from './ways.mjs';
import { pause } from './world.mjs';

const ENDED = ['succeeded', 'failed', 'unknown'];
const WITHIN_MS = 45_000;
const tokenOf = (who) => (who === 'agent' ? 'ktc' : 'ktp').concat(`_test_token_of_${who}_0123456789`);

async function call(bot, who, method, path, body) {
  const response = await fetch(`${bot.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${tokenOf(who)}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

async function submit(world, action) {
  const number = world.nextNumber();
  const asked = await call(world.bot, 'agent', 'POST', '/v1/requests', {
    action,
    target: { system: 'postgres', environment: 'prod', resource: `t${number}` },
    reason: 'chaos',
    payload: { key: `k${number}` },
  });
  await call(world.bot, 'bob', 'GET', `/v1/requests/${asked.id}/payload`);
  return asked;
}

function approve(bot, { id, action_digest }) {
  return call(bot, 'bob', 'POST', `/v1/requests/${id}/reviews`, { verdict: 'approve', action_digest });
}

/**
 * `fault`: `kill` ends the bot at the point; `freeze` stops it there past its lease; anything else is
 * what befalls Redis or the disk while the bot stands still there. Answers the point, or null when there was none.
 */
export async function runOnce(world, { action, fault, arm, second, at }) {
  if (fault === 'redis away at start') return startWithoutRedis(world, action, fault);
  if (fault === 'disk full') return runOnFullDisk(world, action, fault);
  if (at === 'worker') return runAtWorker(world, { action, fault, arm });
  const asked = await submit(world, action);
  const signal = fault === 'kill' ? 'SIGKILL' : 'SIGSTOP';
  await world.bot.arm({ ...arm, signal });
  const answered = approve(world.bot, asked).catch(() => null);
  const points = [(await untilFired(world, asked.id)) ?? (await disarmed(world))];
  if (points[0] !== null) await befall(world, fault, points, second);
  await answered;
  // Nobody was answered, so the person clicks again.
  if ((await world.bot.stateOf(asked.id)) === 'pending') await approve(world.bot, asked);
  const run = await ended(world, asked.id, action, points);
  return fault === 'disk fills up' ? wasWaitedFor(run) : run;
}

/** It begins, the disk fills up, it has its effect: the outcome waits until there is room, and is not lost. */
async function runOnFullDisk(world, action, fault) {
  const asked = await submit(world, action);
  await approve(world.bot, asked);
  const isOn = async () => (await world.bot.stateOf(asked.id)) === 'executing';
  while (!(await isOn())) await pause(5);
  world.fillDisk();
  await untilNothingFits(world);
  while (world.effects.countOf(asked.id) === 0) await pause(25);
  await pause(1_000);
  if (!(await isOn())) throw new Error('an outcome was recorded on a disk without room');
  world.emptyDisk();
  return wasWaitedFor(await ended(world, asked.id, action, [fault]));
}

/** The log of the database may have room left inside its file, for a few commits more. */
async function untilNothingFits(world) {
  for (let refused = 0; refused < 3; )
    refused = await submit(world, 'db.put').then(
      () => 0,
      () => refused + 1,
    );
}

/** The same where workers on other machines run it: whichever gets it meets the fault, the bot goes on. */
async function runAtWorker(world, { action, fault, arm }) {
  const asked = await submit(world, action);
  const signal = fault === 'kill' ? 'SIGKILL' : 'SIGSTOP';
  for (const worker of world.workers) await worker.arm({ ...arm, signal });
  await approve(world.bot, asked);
  // The outcome is known here a moment before its worker hears that it is.
  const point = (await untilFired(world, asked.id)) ?? (await pause(300).then(() => world.fired()));
  const hit = point === null ? null : await whoWasHit(world, signal);
  for (const worker of world.workers) if (worker !== hit) await worker.arm(null);
  if (hit !== null && fault === 'kill') {
    world.skipTime();
    await world.startWorkers();
  } else if (hit !== null && fault === 'freeze') {
    world.skipTime();
    // Long enough for the other one to take it over, and not always: both orders are tried.
    await pause(world.nextNumber() % 2 === 0 ? 1_500 : 0);
    hit.child.kill('SIGCONT');
  } else if (hit !== null) {
    await REDIS[fault].happens(world.redis);
    hit.child.kill('SIGCONT');
    await pause(150);
    await REDIS[fault].ends(world.redis);
  }
  const run = await ended(world, asked.id, action, [point]);
  await world.startWorkers();
  // A second one may have come to its point before it was called off.
  world.fired();
  return run;
}

async function whoWasHit({ workers }, signal) {
  for (;;) {
    for (const worker of workers)
      if (signal === 'SIGKILL' ? !worker.isAlive() : worker.isStopped()) return worker;
    await pause(5);
  }
}

async function startWithoutRedis(world, action, fault) {
  await world.bot.stop();
  await world.redis.kill();
  await world.start();
  const asked = await submit(world, action);
  const answered = await approve(world.bot, asked);
  await pause(300);
  const state = await world.bot.stateOf(asked.id);
  if (answered.state !== 'approved' || state !== 'approved') throw new Error(`without Redis it is ${state}`);
  await world.redis.start();
  return ended(world, asked.id, action, [fault]);
}

async function ended(world, id, action, points) {
  const state = await untilEnded(world, id);
  const problems = [...judge(world, id, action, state), ...complaint(await world.verify(), 'after it')];
  return { id, point: points[0], points, state, problems };
}

/** Where nothing died nobody has to guess, also of what may run once. */
function wasWaitedFor({ state, problems, ...run }) {
  const more = state === 'succeeded' ? [] : [`its outcome got lost on a full disk: ${state}`];
  return { ...run, state, problems: [...problems, ...more] };
}

async function befall(world, fault, points, second) {
  if (fault === 'kill') {
    await world.bot.gone;
    const found = await world.verify();
    if (found !== null) throw new Error(`after the kill the log does not verify: ${found}`);
    world.skipTime();
    await world.start(second);
    if (second !== undefined) {
      await Promise.race([world.bot.gone, pause(1_500)]);
      // Called off, unless it came first.
      if (await world.bot.arm(null)) return;
      points.push(world.fired());
      world.skipTime();
      await world.start();
    }
    return;
  }
  await world.bot.isFrozen();
  if (fault === 'freeze') {
    world.skipTime();
    world.bot.child.kill('SIGCONT');
    return;
  }
  if (fault === 'disk fills up') {
    world.fillDisk();
    world.bot.child.kill('SIGCONT');
    await untilNothingFits(world);
    await pause(150);
    world.emptyDisk();
    return;
  }
  await REDIS[fault].happens(world.redis);
  world.bot.child.kill('SIGCONT');
  await pause(150);
  await REDIS[fault].ends(world.redis);
}

const REDIS = {
  'redis killed': { happens: (redis) => redis.kill(), ends: (redis) => redis.start() },
  'redis flushed': { happens: (redis) => redis.say('FLUSHALL'), ends: async () => {} },
  'redis frozen': { happens: (redis) => redis.kill('SIGSTOP'), ends: (redis) => redis.kill('SIGCONT') },
};

/** It ended before its point came. The point may still come while it is called off. */
async function disarmed(world) {
  const answer = world.bot.arm(null);
  for (;;) {
    const isOver = await Promise.race([answer.then(() => true), pause(50)]);
    const fired = world.fired();
    if (fired !== null || isOver === true) return fired;
  }
}

async function untilFired(world, id) {
  const until = performance.now() + WITHIN_MS;
  while (performance.now() < until) {
    const fired = world.fired();
    if (fired !== null) return fired;
    // A frozen one does not answer; its marker is there by then.
    const state = await Promise.race([world.bot.stateOf(id), pause(25)]);
    if (ENDED.includes(state)) return world.fired();
    await pause(15);
  }
  return world.fired();
}

async function untilEnded(world, id) {
  const until = performance.now() + WITHIN_MS;
  let state = null;
  while (performance.now() < until) {
    state = await world.bot.stateOf(id);
    if (ENDED.includes(state)) return state;
    await pause(25);
  }
  return state;
}

/** What the kind promises, against what was counted where the effect happens. */
function judge(world, id, action, state) {
  const { kind, http } = WAYS[action];
  const effects = world.effects.countOf(id);
  const problems = [];
  if (!ENDED.includes(state)) problems.push(`lost: it is ${state}`);
  if (state === 'succeeded' && effects === 0) problems.push('lost: succeeded without an effect');
  // A program that may run twice is one whose second run does no harm; it is counted each time.
  const mayRepeat = kind === 'idempotent' && http === undefined;
  if (effects > 1 && !mayRepeat) problems.push(`doubled: ${effects} effects`);
  if (kind !== 'once' && state !== 'succeeded') problems.push(`${kind} ended ${state}`);
  if (kind === 'once' && state === 'failed' && effects > 0) problems.push('failed, with an effect');
  return problems;
}

function complaint(found, when) {
  return found === null ? [] : [`${when} the log does not verify: ${found}`];
}
