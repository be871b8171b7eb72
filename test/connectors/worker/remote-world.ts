import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Executor } from '../../../bot/ports/executor.ts';
import { ROOM } from '../../../bot/room/messenger.ts';
import { type ExecutorSettings, executorElsewhere } from '../../../queue/executors/settings.ts';
import { Folder, type Running } from '../../e2e/folder.ts';
import { redisServer } from '../../helpers/redis-server.ts';
import { workerTokenOf } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { aFolder } from '../../threats/run-world.ts';

/** A bot over real HTTP, a real Redis, and workers that are processes of their own. */

const SECRET = 'the-password-of-prod';

/** What the program does: it leaves one line per start in a file of its own, whatever dies meanwhile. */
const COUNTED = 'echo "$KEYTURN_REQUEST $KEYTURN_ATTEMPT" >> "$EFFECTS"; sync "$EFFECTS"';

export interface RemoteOptions {
  readonly kind?: Executor['kind'];
  readonly runsOn?: readonly string[];
  /** Shell lines that follow the effect. */
  readonly after?: string;
}

/** A bot, its Redis, and the workers `eu-1`, `eu-2` and `us` of its policy. */
export async function startRemote({
  kind = 'idempotent',
  runsOn = ['prod-eu'],
  after = '',
}: RemoteOptions = {}) {
  const redis = await redisServer();
  const place = aFolder();
  const effects = join(place.path, 'effects');
  const settings: ExecutorSettings = {
    command: {
      argv: [place.program('migrate', `${COUNTED}\n${after}`), '--', '{/version}'],
      cwd: place.path,
      env: ['EFFECTS', 'PASSWORD'],
      timeout_ms: 60_000,
    },
    kind,
  };
  const execute = {
    executor: executorElsewhere(settings),
    settings,
    runsOn,
    concurrency: 1,
    perMinute: null,
  };
  let ahead = 0;
  const keyturn = await startKeyturn(
    {
      notify: [ROOM],
      workers: { 'eu-1': ['prod-eu'], 'eu-2': ['prod-eu'], us: ['prod-us'] },
      actions: new Map([
        ['db.migrate', { risk: 'medium', redact: ['/secret'], execute, payloadProblems: () => [] }],
      ]),
    },
    {
      config: { queue: { driver: 'bullmq', redisUrl: redis.url, concurrency: 0 } },
      ports: { clock: { wall: () => Date.now() + ahead, steady: () => performance.now() + ahead } },
    },
  );
  onTestFinished(async () => {
    await keyturn.stop();
    await redis.drop();
  });
  const folder = new Folder();
  return {
    redis,
    keyturn,
    folder,
    /** A worker that listens. `url` may lead to it by way of somebody else. */
    async worker(name: string, { url = keyturn.url, env = {} } = {}): Promise<Running> {
      const running = folder.keyturn(['worker'], workerEnv(name, url, env));
      await running.said(/"working"/);
      return running;
    },
    workerEnv,
    /** Past any lease, as if the bot’s clock had gone on. */
    skipLease() {
      ahead += 31_000;
    },
    skip(ms: number) {
      ahead += ms;
    },
    effectsOf: (id: string) =>
      place
        .read('effects')
        .split('\n')
        .filter((line) => line.startsWith(`${id} `)),
  };

  function workerEnv(name: string, url = keyturn.url, env: Readonly<Record<string, string>> = {}) {
    return {
      REDIS_URL: redis.url,
      KEYTURN_URL: url,
      KEYTURN_TOKEN: workerTokenOf(name),
      KEYTURN_GRANT_PUB: join(keyturn.dataDir, '../keys/grant.pub'),
      EFFECTS: effects,
      PASSWORD: SECRET,
      ...env,
    };
  }
}

/** Stands between a worker and its bot: reads every answer, and may change it or keep it. */
export async function between(
  url: string,
  change: (path: string, body: string) => string | null,
): Promise<string> {
  const server = createServer((asked, answer) => {
    const onwards = forward(
      `${url}${asked.url}`,
      { method: asked.method, headers: asked.headers },
      (said) => {
        const parts: Buffer[] = [];
        said.on('data', (part: Buffer) => parts.push(part));
        said.once('end', () => {
          const changed = change(asked.url ?? '', Buffer.concat(parts).toString());
          if (changed === null) {
            asked.socket.destroy();
            return;
          }
          const headers = { ...said.headers, 'content-length': String(Buffer.byteLength(changed)) };
          delete (headers as Record<string, unknown>)['transfer-encoding'];
          answer.writeHead(said.statusCode ?? 0, headers).end(changed);
        });
      },
    );
    onwards.once('error', () => asked.socket.destroy());
    asked.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
