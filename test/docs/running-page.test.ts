import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readActions } from '../../bot/policy-file/actions.ts';
import { readPolicyFile } from '../../bot/policy-file/read.ts';
import { readSettings } from '../../bot/policy-file/settings.ts';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const page = read('.github/docs/running.md');
const base = /```yaml base\n([\s\S]*?)```/.exec(read('.github/docs/policy.md'))?.[1] ?? '';
const example = /```yaml execute\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
const RULES = `plans: { one: { seats: [{ from: [dba], count: 1 }] } }
default: { effect: require, plan: one }
rules: []
`;

const ENV = {
  PATH: '/usr/bin',
  DATABASE_URL: 'postgres://user:secret@db/orders',
  ROTATE_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
};

function load() {
  const policy = readPolicyFile(`${base}${RULES}${example}`);
  if (!policy.ok)
    throw new Error(policy.problems.map(({ line, message }) => `${line} ${message}`).join('\n'));
  return policy.file;
}

describe('the example of the running page', () => {
  it('loads, and runs what it says that it runs', () => {
    const actions = readActions(load(), '/etc/keyturn/keyturn.yaml', ENV, Date.now);
    const line = (action: string) =>
      actions.get(action)?.execute?.executor.describe({ version: '42', secret: 'x' });
    expect(line('db.migrate')).toBe('runs ./migrate.sh -- 42 in /srv/app');
    expect(line('key.rotate')).toBe('posts it to https://vault.internal/rotate');
    expect(actions.get('db.migrate')?.execute?.executor.problems({ version: 42 })).toHaveLength(1);
    expect(readSettings(load(), '/etc/keyturn/keyturn.yaml', ENV).queue).toEqual({
      driver: 'embedded',
      concurrency: 4,
    });
  });

  it('has a row for each kind that there is', () => {
    const rows = [...page.matchAll(/^\| `(idempotent|checkable|once)` \|/gm)].map(([, kind]) => kind);
    expect(rows).toEqual(['idempotent', 'checkable', 'once']);
  });
});
