// One install on disk, the bots that come and go over it, and where the effects are counted.
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyDatabase } from '../../dist/store/sqlite/verify-database.js';
import { BOT, WORKER } from './build.mjs';
import { freePort } from './redis.mjs';

const HERE = import.meta.dirname;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** Longer than any lease: a bot that starts after it may take over what the one before had begun. */
const PAST_A_LEASE_MS = 31_000;

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function openEffects() {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-effects-'));
  const files = { http: join(dir, 'http'), command: join(dir, 'command') };
  const child = fork(join(HERE, 'target.mjs'), { env: { CHAOS_EFFECTS: files.http } });
  const [{ port }] = await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}`,
    commandFile: files.command,
    /** How often this request had its effect, as counted where it happened. */
    countOf(id) {
      const lines = Object.values(files).flatMap((file) =>
        existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [],
      );
      return lines.filter((line) => line.startsWith(`${id} `)).length;
    },
    close() {
      child.disconnect();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Two workers on other machines, where a world has any. */
const TOKENS = ['ktw_chaos_token_of_worker_1_0123', 'ktw_chaos_token_of_worker_2_0123'];

/** As root, or as root of a user namespace: a way to a mount of one's own. Null where there is none. */
export function smallDisk() {
  const mount = 'mount -t tmpfs -o size=1m tmpfs /mnt';
  const ways = [['-m'], ['-r', '-m']];
  return ways.find((way) => spawnSync('unshare', [...way, 'sh', '-c', mount]).status === 0) ?? null;
}

export function openWorld(effects, redis, { isRemote = false, disk = null } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-chaos-'));
  let ahead = 0;
  let asked = 0;
  let port = null;
  const launch = (file, more) => {
    const env = {
      PATH: process.env.PATH,
      FAULT_DIR: dir,
      CHAOS_TARGET: effects.url,
      CHAOS_EFFECTS: effects.commandFile,
      CHAOS_SCRIPT: join(HERE, 'effect.sh'),
      CHAOS_SECRET: SECRET,
      ...(redis === null ? {} : { CHAOS_REDIS: redis.url }),
      ...more,
    };
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'];
    if (disk === null) return spawn(process.execPath, [file], { env, stdio });
    const script = `mount -t tmpfs -o size=4m tmpfs "$FAULT_DIR" && echo ${ahead} > "$FAULT_DIR/ahead" && exec "$0" "$@"`;
    return spawn('unshare', [...disk, 'sh', '-c', script, process.execPath, file], { env, stdio });
  };
  // A mount of its own is seen through the process that has it.
  const inside = (path) =>
    disk === null ? join(dir, path) : join(`/proc/${world.bot.child.pid}/root`, dir, path);
  const world = {
    redis,
    effects,
    bot: null,
    /** Processes that carry out what the bot releases; none where the bot does so itself. */
    workers: [],
    skipTime() {
      ahead += PAST_A_LEASE_MS;
      writeFileSync(join(dir, 'ahead'), String(ahead));
    },
    /** The next request's number: each has a payload and a place of its own. */
    nextNumber: () => (asked += 1),
    async start(arm) {
      if (isRemote) port ??= await freePort();
      const armed = arm === undefined ? {} : { FAULT_ARM: JSON.stringify(arm) };
      const remote = isRemote ? { CHAOS_PORT: String(port), CHAOS_WORKER_TOKENS: TOKENS.join(' ') } : {};
      world.bot = await startProcess(launch(BOT, { ...remote, ...armed }));
      if (isRemote) await world.startWorkers();
      return world.bot;
    },
    /** Those that are not there. */
    async startWorkers() {
      for (const [nth, token] of TOKENS.entries()) {
        if (world.workers[nth]?.isAlive()) continue;
        const own = {
          CHAOS_URL: `http://127.0.0.1:${port}`,
          CHAOS_WORKER: token,
          CHAOS_OUTPUTS: join(dir, `worker-${nth + 1}`),
        };
        world.workers[nth] = await startProcess(launch(WORKER, own));
      }
    },
    /** Where the bot ended or froze itself; null when it did not. Used up by this. */
    fired() {
      const marker = inside('marker');
      if (!existsSync(marker)) return null;
      const text = readFileSync(marker, 'utf8');
      // It is being written at this moment.
      if (!text.endsWith('\n')) return null;
      const { point } = JSON.parse(text);
      rmSync(marker);
      return point;
    },
    /** What `keyturn audit verify` says: every entry, every quorum, and the tables against a replay. */
    async verify() {
      let data = join(dir, 'data');
      if (disk !== null) {
        data = join(dir, 'copy');
        cpSync(inside('data'), data, { recursive: true, filter: (path) => !path.endsWith('.sock') });
      }
      const database = join(data, 'keyturn.db');
      const { problem, usable } = await verifyDatabase(database, { key: null, outside: [] });
      return usable && problem === null ? null : JSON.stringify(problem);
    },
    fillDisk() {
      const filler = openSync(inside('filler'), 'a');
      for (const size of [65_536, 4_096, 1]) {
        try {
          for (;;) writeSync(filler, Buffer.alloc(size));
        } catch (cause) {
          if (cause.code !== 'ENOSPC') throw cause;
        }
      }
      closeSync(filler);
    },
    emptyDisk: () => rmSync(inside('filler')),
    async close() {
      for (const worker of world.workers) {
        worker.child.kill('SIGKILL');
        await worker.gone;
      }
      if (world.bot?.isAlive()) await world.bot.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  world.skipTime();
  return world;
}

/** A process that listens, or one that died of its arm before it did. */
async function startProcess(child) {
  const waiting = new Set();
  const gone = once(child, 'exit').then((how) => {
    for (const { resolve } of waiting) resolve(null);
    return how;
  });
  child.on('message', (message) => {
    for (const one of waiting) if (one.isMine(message)) one.resolve(message);
  });
  /** Null when the process was gone before it said so. */
  const told = (isMine) =>
    new Promise((settle) => {
      const one = {
        isMine,
        resolve(message) {
          waiting.delete(one);
          settle(message);
        },
      };
      waiting.add(one);
      if (child.exitCode !== null || child.signalCode !== null) one.resolve(null);
    });
  const say = (message) => {
    if (child.connected) child.send(message, () => {});
  };
  const isStopped = () =>
    child.exitCode === null && readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)[0] === 'T';
  const listening = await told((message) => 'port' in message);
  return {
    child,
    gone,
    url: listening === null ? null : `http://127.0.0.1:${listening.port}`,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    /** Null when it was gone before it answered. */
    async stateOf(id) {
      const answer = told(({ ask }) => ask === id);
      say({ ask: id });
      return (await answer)?.state ?? null;
    },
    async arm(arm) {
      const answer = told((message) => 'armed' in message);
      say({ arm });
      return (await answer) !== null;
    },
    /** It has written down where it stops a moment before it does. */
    async isFrozen() {
      while (!isStopped()) await pause(5);
    },
    isStopped,
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const [code] = await gone;
      if (code !== 0) throw new Error(`the bot ended with ${code}`);
    },
  };
}
