import { describe, expect, it } from 'vitest';
import { definitionOf, type ExecutorSettings, toExecutor } from '../../../queue/executors/settings.ts';

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
