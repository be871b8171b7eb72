import { describe, expect, it } from 'vitest';
import { catches, huntIn } from './hunt-in.ts';
import { MUTANTS } from './mutants.ts';

// A test that nothing can fail proves nothing. Each invariant is broken on purpose in a copy of the
// sources, and the histories must find it.

it('finds nothing in a copy that nobody changed', async () => {
  expect(await huntIn(null, { histories: 200 })).toBeNull();
}, 300_000);

describe.each(MUTANTS)('%s is watched: a bot is caught that', (broken, mutants) => {
  catches(broken, mutants);
});
