// The real bot from dist/ with real executors, in a process that dies or freezes at a point its test
// names. Bundled into one file first (see build.mjs): some thousand of these start in one run.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '../../dist/bot/compose.js';
import { toExecutor } from '../../dist/queue/executors/settings.js';
import { arm as armNext } from '../fault/points.mjs';
import { ONE_KEY, PEOPLE, rule, rulebook } from '../fault/rulebook.mjs';
import './effect-points.mjs';
import { sha256Hex } from '../../dist/bot/core/digest.js';
import { WAYS } from './ways.mjs';

const { FAULT_DIR, CHAOS_REDIS, CHAOS_TARGET, CHAOS_SCRIPT, CHAOS_PORT, CHAOS_WORKER_TOKENS } = process.env;

/** Where there are workers on other machines, they run everything. */
const workers = (CHAOS_WORKER_TOKENS ?? '').split(' ').filter((token) => token !== '');

/** How far this process's clocks are ahead of the machine's, in milliseconds. Read each time: it may be frozen. */
const ahead = () => Number(readFileSync(join(FAULT_DIR, 'ahead'), 'utf8'));
const clock = { wall: () => Date.now() + ahead(), steady: () => performance.now() + ahead() };

const toSettings = ({ http, kind }) =>
  http === undefined
    ? {
        command: {
          argv: ['/bin/sh', CHAOS_SCRIPT, '{/key}'],
          cwd: '/tmp',
          env: ['CHAOS_EFFECTS'],
          timeout_ms: 60_000,
        },
        kind,
      }
    : {
        http: {
          url: `${CHAOS_TARGET}/${http}`,
          check_url: kind === 'checkable' ? `${CHAOS_TARGET}/${http}` : null,
          allow_cidrs: ['127.0.0.1/32'],
          sign_secret_env: 'CHAOS_SECRET',
          timeout_ms: 30_000,
        },
        kind,
      };

const actions = new Map(
  Object.entries(WAYS).map(([action, way]) => {
    const settings = toSettings(way);
    const executor = toExecutor(settings, process.env, clock.wall);
    const execute = { executor, settings, runsOn: [], concurrency: 1, perMinute: null };
    return [action, { risk: 'medium', redact: [], execute, payloadProblems: () => [] }];
  }),
);

const config = {
  dataDir: join(FAULT_DIR, 'data'),
  keyDir: join(FAULT_DIR, 'keys'),
  log: 'test/log',
  queue:
    CHAOS_REDIS === undefined
      ? { driver: 'embedded', concurrency: 4 }
      : { driver: 'bullmq', redisUrl: CHAOS_REDIS, concurrency: workers.length > 0 ? 0 : 4 },
  audit: {
    checkpointEveryMs: 1_000,
    anchors: [],
    keys: { checkpoint: null, nextCheckpoint: null, grant: null },
  },
  people: PEOPLE.map((key) => ({ key, accounts: 1 })),
  compile(personOf) {
    const book = rulebook(personOf, 1);
    const plan = { ...ONE_KEY, notify: [] };
    const rules = [rule('run', 'db.*', { plan, replacesDefault: true })];
    const named = workers.map((token, nth) => {
      const name = `worker-${nth + 1}`;
      return [name, { name, labels: [], tokenSha256: [sha256Hex(token)] }];
    });
    return { ...book, workers: new Map(named), actions, policy: { ...book.policy, rules } };
  },
  listen: { host: '127.0.0.1', port: Number(CHAOS_PORT ?? 0), publicUrl: null },
  admin: { host: '127.0.0.1', port: 0 },
  fixed: { sections: {}, say: (path) => path.join('.') },
};
const quiet = () => {};
const tell = (message, fields) => void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
const keyturn = await compose(config, {
  clock,
  random: { bytes: (count) => randomBytes(count) },
  logger: { info: quiet, warn: quiet, error: tell },
  couriers: () => [],
  onBroken: () => process.exit(74),
});
// Who asked may be gone; then nobody waits for the answer.
const say = (message) => process.send(message, () => {});
const stateOf = (id) => keyturn.context.store.committed.request(id)?.state ?? null;
process.on('message', ({ arm, ask }) => {
  if (ask !== undefined) return say({ ask, state: stateOf(ask) });
  armNext(arm);
  say({ armed: true });
});
process.on('disconnect', () => process.exit(1));
process.on('SIGTERM', () => keyturn.stop().then(() => process.exit(0)));
say({ port: keyturn.port });
