import { describe, expect, it } from 'vitest';
import {
  definitionOf,
  type ExecutorSettings,
  executorElsewhere,
  toExecutor,
} from '../../../queue/executors/settings.ts';

import { aJob } from './a-job.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const COMMAND = { argv: ['./migrate.sh', '--', '{/version}'], cwd: '/srv', env: ['A'], timeout_ms: 1000 };
const HTTP = {
  url: 'https://vault.internal/rotate',
  check_url: null,
  allow_cidrs: ['10.0.0.0/8'],
  sign_secret_env: 'ROTATE_SECRET',
  timeout_ms: 1000,
};

describe('what a request holds of its executor', () => {
  it('is another definition as soon as anything that would run is another', () => {
    const all: ExecutorSettings[] = [
      { command: COMMAND, kind: 'once' },
      { command: COMMAND, kind: 'idempotent' },
      { command: { ...COMMAND, argv: ['./migrate.sh', '{/version}'] }, kind: 'once' },
      { command: { ...COMMAND, cwd: '/srv/app' }, kind: 'once' },
      { command: { ...COMMAND, env: [] }, kind: 'once' },
      { command: { ...COMMAND, timeout_ms: 2000 }, kind: 'once' },
      { http: HTTP, kind: 'once' },
      { http: { ...HTTP, url: 'https://vault.internal/other' }, kind: 'once' },
      { http: { ...HTTP, allow_cidrs: [] }, kind: 'once' },
      { http: { ...HTTP, sign_secret_env: 'OTHER' }, kind: 'once' },
    ];
    expect(new Set(all.map(definitionOf)).size).toBe(all.length);
    expect(definitionOf({ kind: 'once', command: { ...COMMAND } })).toBe(
      definitionOf(all[0] as ExecutorSettings),
    );
  });

  it('says in one line what would run', () => {
    const executor = toExecutor({ command: COMMAND, kind: 'once' }, {}, Date.now);
    expect(executor.describe({ version: 'a b' })).toBe('runs ./migrate.sh -- "a b" in /srv');
    expect(toExecutor({ http: HTTP, kind: 'once' }, { ROTATE_SECRET: SECRET }, Date.now).describe({})).toBe(
      'posts it to https://vault.internal/rotate',
    );
  });

  it('is shown and checked where it does not run, and has nothing of what it needs there', async () => {
    for (const settings of [
      { command: COMMAND, kind: 'once' },
      { http: HTTP, kind: 'once' },
    ] as const) {
      const executor = executorElsewhere(settings);
      expect([executor.definition, executor.secrets]).toEqual([definitionOf(settings), []]);
      const { job } = aJob({ isLate: () => false });
      expect(await executor.run(job)).toMatchObject({ status: 'failed', retryable: true });
    }
    expect(executorElsewhere({ command: COMMAND, kind: 'once' }).problems({})).toHaveLength(1);
  });

  it.each([
    ['is not set', undefined],
    ['is not set', ''],
    ['must be whsec_', 'whsec_short'],
    ['must be whsec_', 'development'],
  ])('refuses a signing secret that %s', (problem, secret) => {
    const env = secret === undefined ? {} : { ROTATE_SECRET: secret };
    expect(() => toExecutor({ http: HTTP, kind: 'once' }, env, Date.now)).toThrow(`ROTATE_SECRET ${problem}`);
  });
});
