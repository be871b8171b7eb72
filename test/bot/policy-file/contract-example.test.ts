import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { changed, problemsOf } from './sound-policy.ts';

it('takes the example of the contract as it is', () => {
  const text = readFileSync(new URL('contract-example.yaml', import.meta.url), 'utf8');
  expect(problemsOf(text)).toEqual([]);
});

it('takes an empty notify, which asks for nothing', () => {
  expect(problemsOf(changed(['    expires_after: 45m', '    notify: {}']))).toEqual([]);
});
