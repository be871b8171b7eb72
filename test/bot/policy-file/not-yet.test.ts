import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Change, changed, lineOf, problemsOf } from './sound-policy.ts';

const ROTATE = 'key.rotate: { risk: high, redact: [/secret] }';

const CASES: readonly (readonly [name: string, change: Change, path: string])[] = [
  [
    'execute.runs_on',
    [
      ROTATE,
      'key.rotate: { risk: high, execute: { command: { argv: [x], cwd: . }, kind: once, runs_on: [eu] } } # HERE',
    ],
    'actions["key.rotate"].execute.runs_on',
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

  it('takes the example of the contract as it is', () => {
    const text = readFileSync(new URL('contract-example.yaml', import.meta.url), 'utf8');
    expect(problemsOf(text)).toEqual([]);
  });
});
