import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Config, compose, type Keyturn, type Ports } from '../../bot/compose.ts';
import type { JsonObject } from '../../bot/core/canonical-json.ts';
import type { ActionRequest } from '../../bot/core/request.ts';
import type { AuditSettings } from '../../bot/policy-file/audit-settings.ts';
import { FakeClock } from './fake-clock.ts';
import { QUIET_AUDIT } from './log-context.ts';
import { aRulebook, PEOPLE, type RulebookChanges, tokenOf, type Who } from './rulebook.ts';
import { seededRandom } from './seeded-random.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the wire says, and asserts on it
  readonly body: any;
  readonly headers: Headers;
  readonly text: string;
}

export interface TestKeyturn {
  readonly url: string;
  readonly dataDir: string;
  readonly clock: FakeClock;
  readonly keyturn: Keyturn;
  get(who: Who, path: string, headers?: Record<string, string>): Promise<Answer>;
  post(who: Who, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Another policy while it runs. It is in force when this returns. */
  reload(changes: RulebookChanges): Promise<void>;
  /** Stops it and starts it again over the same files, perhaps with another policy. */
  restart(changes?: RulebookChanges): Promise<TestKeyturn>;
  stop(): Promise<void>;
}

let starts = 0;

const FIXED = { sections: {}, say: (path: readonly string[]) => path.join('.') };

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };

/** The real thing over real HTTP and a real file; only time and randomness are ours. */
export async function startKeyturn(
  changes: RulebookChanges = {},
  options: {
    readonly dir?: string;
    readonly clock?: FakeClock;
    readonly ports?: Partial<Ports>;
    readonly config?: Partial<Config>;
    readonly listen?: { host: string; port: number; publicUrl: string | null };
    readonly adminPort?: number;
    /** What a reload cannot change. */
    readonly fixed?: JsonObject;
    readonly audit?: Partial<AuditSettings>;
  } = {},
): Promise<TestKeyturn> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'keyturn-'));
  const clock = options.clock ?? new FakeClock();
  const dataDir = join(dir, 'data');
  starts += 1;
  const keyturn = await compose(
    {
      dataDir,
      keyDir: join(dir, 'keys'),
      log: 'test/log',
      audit: { ...QUIET_AUDIT, ...options.audit },
      queue: { driver: 'embedded', concurrency: 4 },
      people: PEOPLE.map((key) => ({ key, accounts: 1 })),
      compile: (personOf) => aRulebook(personOf, changes),
      fixed: { ...FIXED, sections: options.fixed ?? {} },
      listen: options.listen ?? { host: '127.0.0.1', port: 0, publicUrl: null },
      admin: { host: '127.0.0.1', port: options.adminPort ?? 0 },
      ...options.config,
    },
    {
      clock,
      // Each start its own seed: after a restart at the same time, ids would come again.
      random: seededRandom(`${dir} ${starts}`),
      logger: QUIET,
      couriers: () => [],
      onBroken: (cause) => {
        throw cause;
      },
      ...options.ports,
    },
  );
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await keyturn.stop();
  };
  if (options.dir === undefined) {
    onTestFinished(async () => {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    });
  } else {
    onTestFinished(stop);
  }
  const url = `http://127.0.0.1:${keyturn.port}`;
  const call = async (
    method: string,
    who: Who,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${tokenOf(who)}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    const parsed = isJson && !text.includes('\n{') ? JSON.parse(text || 'null') : null;
    return { status: response.status, body: parsed, headers: response.headers, text };
  };
  return {
    url,
    dataDir,
    clock,
    keyturn,
    get: (who, path, headers = {}) => call('GET', who, path, undefined, headers),
    post: (who, path, body, headers = {}) => call('POST', who, path, body, headers),
    async reload(next) {
      const outcome = await keyturn.reload(() => ({
        fixed: FIXED,
        people: PEOPLE.map((key) => ({ key, accounts: 1 })),
        compile: (personOf) => aRulebook(personOf, next),
      }));
      if (outcome !== 'loaded') throw new Error(`the policy was ${outcome}`);
    },
    async restart(next = changes) {
      await stop();
      return startKeyturn(next, { ...options, dir, clock });
    },
    stop,
  };
}

export function aSubmission(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    action: 'db.migrate',
    target: { system: 'postgres', environment: 'prod', resource: 'orders' },
    reason: 'FIN-231 monthly reconciliation',
    payload: { kind: 'sql', statement: 'COPY orders TO STDOUT' },
    ...changes,
  };
}

/** What `GET /payload` and then an approve do, for a person who reads what they sign. */
export async function approve(
  keyturn: TestKeyturn,
  who: Who,
  request: Pick<ActionRequest, 'id'> & { action_digest: string },
) {
  await keyturn.get(who, `/v1/requests/${request.id}/payload`);
  const body = { verdict: 'approve', action_digest: request.action_digest };
  return keyturn.post(who, `/v1/requests/${request.id}/reviews`, body);
}
