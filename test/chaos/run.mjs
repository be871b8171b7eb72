// npm run test:chaos -- [runs]: kills and freezes the bot at every point between an approval and its
// outcome, some thousand times, and lets Redis die meanwhile. Without a number: each named point once.
import { writeSync } from 'node:fs';
import { buildBot } from './build.mjs';
import { runOnce } from './one-run.mjs';
import { NAMED, SHORT, series } from './plan.mjs';
import { openRedis } from './redis.mjs';
import { openEffects, openWorld, smallDisk } from './world.mjs';

const LANES = Number(process.env.CHAOS_LANES ?? 3);
/** Then the log is long enough for its verification to be what takes the time, or a small disk too full to begin. */
const runsIn = (driver) => (driver === 'small disk' ? 5 : 20);

const wanted = process.argv[2] === undefined ? null : Number(process.argv[2]);
if (wanted !== null && !(Number.isSafeInteger(wanted) && wanted > 0))
  throw new Error('the count of runs must be a number');

const say = (text) => writeSync(1, `${text}\n`);
const done = { runs: 0, clean: 0, kills: 0, freezes: 0, redis: 0, disk: 0, again: 0, ends: {} };
const firedAt = new Map();
const bad = [];
const effects = await openEffects();

/** A world of a lane's own, with the driver that is asked for; a new one every now and then. */
function lane() {
  let held = null;
  const close = async () => {
    const old = held;
    held = null;
    await old?.world.close().catch((cause) => say(`a bot did not stop: ${cause.message}`));
    await old?.redis?.close();
  };
  return {
    close,
    async worldWith(driver) {
      if (held !== null && held.driver === driver && held.runs < runsIn(driver)) {
        held.runs += 1;
        return held.world;
      }
      await close();
      const redis =
        driver === 'embedded' || driver === 'small disk'
          ? null
          : await openRedis({ appendOnly: driver === 'bullmq with AOF' });
      held = { driver, runs: 1, redis, world: openWorld(effects, redis, placeOf(driver)) };
      await held.world.start();
      return held.world;
    },
  };
}

const disk = smallDisk();
const COUNTED = { kill: 'kills', freeze: 'freezes', 'disk full': 'disk', 'disk fills up': 'disk' };

function placeOf(driver) {
  return { isRemote: driver === 'workers', disk: driver === 'small disk' ? disk : null };
}

async function oneRun(own, spec) {
  const world = await own.worldWith(spec.driver);
  let run;
  try {
    run = await runOnce(world, spec);
  } catch (cause) {
    run = { id: '?', point: null, points: [], state: null, problems: [String(cause?.stack ?? cause)] };
    await own.close();
  }
  const { point, points, state, problems } = run;
  if (point === null && problems.length === 0) return run;
  done.runs += 1;
  done.again += points.length > 1 ? 1 : 0;
  done[COUNTED[spec.fault] ?? 'redis'] += 1;
  done.ends[state] = (done.ends[state] ?? 0) + 1;
  for (const one of points) firedAt.set(one, (firedAt.get(one) ?? 0) + 1);
  if (problems.length === 0) done.clean += 1;
  else {
    bad.push({ spec, run });
    say(`NOT CLEAN ${JSON.stringify({ spec, run })}`);
  }
  if (process.env.CHAOS_TALK) say(`${done.runs} ${JSON.stringify(spec)} ${points} ${state}`);
  if (done.runs % 100 === 0) say(`${done.runs} runs, ${done.clean} clean ${JSON.stringify(done)}`);
  return run;
}

async function short(next) {
  const own = lane();
  for (;;) {
    const { value: spec, done: isOver } = next();
    if (isOver) return own.close();
    const { point } = await oneRun(own, spec);
    const expected = spec.arm.name ?? spec.fault;
    if (point !== expected)
      bad.push({ spec, run: { problems: [`fired at ${point} and not at ${expected}`] } });
  }
}

async function long(next) {
  const own = lane();
  while (done.runs < wanted) {
    const { value } = next();
    const { killsAgain, ...spec } = value;
    for (let skip = 0; done.runs < wanted; skip += 1) {
      const second = killsAgain ? { second: { skip: (skip * 7) % 120 } } : {};
      const { point, problems } = await oneRun(own, { ...spec, arm: { skip }, ...second });
      // Past the last point, or a fault that knows only one.
      if ((point === null && problems.length === 0) || point === spec.fault) break;
      if (bad.length > 50) throw new Error('more than fifty runs were not clean');
    }
  }
  await own.close();
}

const startedAt = performance.now();
await buildBot();
if (disk === null) writeSync(2, 'disk full is not tried: this machine lets us mount no small tmpfs\n');
const list = wanted === null ? SHORT.values() : series();
/** One driver alone, for whoever changes that one. */
const only = process.env.CHAOS_DRIVER;
const isTried = ({ driver }) =>
  (only === undefined || driver === only) && (disk !== null || driver !== 'small disk');
const next = () => {
  for (;;) {
    const one = list.next();
    if (one.done || isTried(one.value)) return one;
  }
};
await Promise.all(Array.from({ length: LANES }, () => (wanted === null ? short(next) : long(next))));
effects.close();
// Kinds of points, for a long run: a run that never came to one of these has not tried it.
const missed = NAMED.filter((name) => !firedAt.has(name));
if (wanted !== null && wanted >= 1_000 && missed.length > 0)
  bad.push({ run: { problems: [`never fired: ${missed}`] } });
say(
  JSON.stringify({
    ...done,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    points: Object.fromEntries([...firedAt].sort()),
    bad,
  }),
);
say(`${done.clean} of ${done.runs} runs clean`);
process.exit(bad.length === 0 ? 0 : 1);
