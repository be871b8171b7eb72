import { randomBytes } from 'node:crypto';
import type { Executor } from '../../../bot/ports/executor.ts';
import type { ExecuteSettings } from '../../../bot/ports/rulebook.ts';
import { SOFTWARE } from '../../../bot/software.ts';
import { definitionOf, type ExecutorSettings, executorElsewhere } from '../../../queue/executors/settings.ts';
import { workerTokenOf } from '../../helpers/rulebook.ts';
import { type Answer, startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';

/** A bot that runs nothing itself, and workers that are the test's own calls. */

export const WORKERS = { eu: ['prod-eu'], plain: [], other: ['prod-eu', 'staging'] };
export type WorkerName = keyof typeof WORKERS;

export const SETTINGS: ExecutorSettings = {
  command: { argv: ['/bin/echo', '--', '{/version}'], cwd: '/tmp', env: [], timeout_ms: 5_000 },
  kind: 'idempotent',
};
export const DEFINITION = definitionOf(SETTINGS);

export function actionsElsewhere(
  kind: Executor['kind'] = 'idempotent',
  runsOn: readonly string[] = ['prod-eu'],
  concurrency = 1,
) {
  const settings = { ...SETTINGS, kind };
  const execute: ExecuteSettings = {
    executor: executorElsewhere(settings),
    settings,
    runsOn,
    concurrency,
    perMinute: null,
  };
  return new Map([
    ['db.migrate', { risk: 'medium' as const, redact: ['/secret'], execute, payloadProblems: () => [] }],
  ]);
}

export async function startBot(kind: Executor['kind'] = 'idempotent', runsOn?: readonly string[]) {
  const keyturn = await startKeyturn(
    { workers: WORKERS, actions: actionsElsewhere(kind, runsOn) },
    { config: { queue: { driver: 'embedded', concurrency: 0 } } },
  );
  return { keyturn, as: (worker: WorkerName) => callsOf(keyturn, workerTokenOf(worker)) };
}

export function callsOf(keyturn: TestKeyturn, token: string) {
  const call = async (path: string, body: unknown) => {
    const response = await fetch(`${keyturn.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const run = (id: string, what: string) => `/v1/worker/runs/${id}/${what}`;
  return {
    call,
    hello: (version: string = SOFTWARE) => call('/v1/worker', { version }),
    claim: (id: string, { version = SOFTWARE, challenge = aChallenge() } = {}) =>
      call(run(id, 'claim'), { version, challenge }),
    keep: (id: string, attempt: number) => call(run(id, 'heartbeat'), { attempt }),
    print: (id: string, attempt: number, offset: number, text: string) =>
      call(run(id, 'output'), { attempt, offset, bytes: Buffer.from(text).toString('base64') }),
    finish: (id: string, attempt: number, changes: object = {}) =>
      call(run(id, 'outcome'), {
        attempt,
        status: 'succeeded',
        exit_code: 0,
        detail: null,
        retryable: false,
        retry_in_ms: 0,
        output: null,
        ...changes,
      }),
  };
}

export function aChallenge(): string {
  return randomBytes(32).toString('base64url');
}
