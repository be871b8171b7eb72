import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Executor } from '../../bot/ports/executor.ts';
import type { Rulebook } from '../../bot/ports/rulebook.ts';
import { type ExecutorSettings, toExecutor } from '../../queue/executors/settings.ts';

/** Real programs and real calls: what Keyturn runs in the threat rows about execution. */

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** `db.migrate`, carried out by Keyturn as these settings say. */
export function actionsOf(
  settings: ExecutorSettings,
  env: NodeJS.ProcessEnv = {},
  redact: readonly string[] = [],
): Rulebook['actions'] {
  const executor = toExecutor(settings, { PATH: process.env['PATH'], ...env }, () => Date.now());
  return actionsRunBy(executor, settings, redact);
}

export function actionsRunBy(executor: Executor, settings: object = {}, redact: readonly string[] = []) {
  const execute = { executor, settings, runsOn: [], concurrency: 1, perMinute: null };
  return new Map([['db.migrate', { risk: 'medium' as const, redact, execute, payloadProblems: () => [] }]]);
}

/** A folder of the test's own, and what a program there may look like. */
export function aFolder() {
  const path = mkdtempSync(join(tmpdir(), 'keyturn-run-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    program(name: string, text: string): string {
      const file = join(path, name);
      writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o700 });
      return file;
    },
    has: (name: string) => existsSync(join(path, name)),
    read: (name: string) => (existsSync(join(path, name)) ? readFileSync(join(path, name), 'utf8') : ''),
  };
}

export function commandOf(
  argv: readonly string[],
  cwd: string,
  kind: Executor['kind'] = 'once',
  env: readonly string[] = [],
): ExecutorSettings {
  return { command: { argv, cwd, env, timeout_ms: 20_000 }, kind };
}

export function httpOf(
  url: string,
  cidrs: readonly string[],
  kind: Executor['kind'] = 'once',
): ExecutorSettings {
  return {
    http: { url, check_url: null, allow_cidrs: cidrs, sign_secret_env: 'SIGN_SECRET', timeout_ms: 5_000 },
    kind,
  };
}
