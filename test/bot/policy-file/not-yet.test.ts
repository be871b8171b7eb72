import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Change, changed, hash, lineOf, problemsOf } from './sound-policy.ts';

const CASES: readonly (readonly [name: string, change: Change, path: string])[] = [
  [
    'auth.oidc',
    [`auth: { token_sha256: ${hash('d')} }`, 'auth: { oidc: { issuer: x } } # HERE'],
    'clients.deploy-agent.auth.oidc',
  ],
];

describe('a key that does not work yet', () => {
  it.each(CASES)('is refused by name: %s', (name, change, path) => {
    const text = changed(change);
    expect(problemsOf(text)).toEqual([
      {
        line: lineOf(text),
        path,
        message: expect.stringContaining(`${name} is not available in this version`),
      },
    ]);
  });

  it('takes an empty notify, which asks for nothing', () => {
    expect(problemsOf(changed(['    expires_after: 45m', '    notify: {}']))).toEqual([]);
  });

  it('refuses the example of the contract for exactly the keys that do not work yet', () => {
    const text = readFileSync(new URL('contract-example.yaml', import.meta.url), 'utf8');
    const problems = problemsOf(text);
    expect(problems.map(({ path }) => path)).toEqual(['clients.ci.auth.oidc']);
    expect(problems.every(({ message }) => message.includes('is not available in this version'))).toBe(true);
  });
});
