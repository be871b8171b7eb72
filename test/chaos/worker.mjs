// A real worker from dist/, in a process that dies or freezes at a point its test names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startWorker } from '../../dist/bot/start-worker.js';
import { arm as armNext, point } from '../fault/points.mjs';
import './effect-points.mjs';

const { FAULT_DIR, CHAOS_REDIS, CHAOS_URL, CHAOS_WORKER, CHAOS_OUTPUTS } = process.env;

// Around what it says to the bot, next to the points around the effect.
const { fetch } = globalThis;
globalThis.fetch = async (url, options) => {
  const what = String(url).split('/').at(-1);
  point(`before ${what}`);
  const answer = await fetch(url, options);
  point(`${what} is answered`);
  return answer;
};

const ahead = () => Number(readFileSync(join(FAULT_DIR, 'ahead'), 'utf8'));
const quiet = () => {};
const tell = (message, fields) => void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
let isWorking = () => {};
const working = new Promise((resolve) => {
  isWorking = resolve;
});
const worker = startWorker(
  {
    url: CHAOS_URL,
    token: CHAOS_WORKER,
    redisUrl: CHAOS_REDIS,
    publicKey: readFileSync(join(FAULT_DIR, 'keys', 'grant.pub'), 'utf8'),
    keyFile: 'grant.pub',
    most: 2,
    drainMs: 1_000,
    env: process.env,
    outputDir: CHAOS_OUTPUTS,
  },
  {
    logger: { info: (message) => message === 'working' && isWorking(), warn: quiet, error: tell },
    onTurnedAway(why) {
      tell('turned away', { why });
      process.exit(78);
    },
    clock: { wall: () => Date.now() + ahead(), steady: () => performance.now() + ahead() },
  },
);
const say = (message) => process.send(message, () => {});
process.on('message', ({ arm }) => {
  armNext(arm);
  say({ armed: true });
});
process.on('disconnect', () => process.exit(1));
process.on('SIGTERM', () => worker.stop().then(() => process.exit(0)));
await working;
say({ port: 0 });
