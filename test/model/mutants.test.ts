import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Found, Hunt } from './hunt.ts';
import { MUTANTS } from './mutants.ts';
import { copyOf, type Edit, sourcesOf } from './sources.ts';

// A test that nothing can fail proves nothing. Each invariant is broken on purpose in a copy of the
// sources, and the histories must find it.

const SEED = 20_261_122;
const SOURCES = sourcesOf('test/model/hunt.ts');
const HUNTS = `
  const { hunt } = await import('./test/model/hunt.js');
  const found = JSON.stringify(await hunt(JSON.parse(process.argv[1])));
  // A broken bot can leave timers behind.
  process.stdout.write(found, () => process.exit());`;

/** Hunts in a process of its own, over a copy of the sources. */
async function huntIn(edit: Edit | null, wanted: Hunt): Promise<Found | null> {
  const copy = copyOf(SOURCES, edit);
  try {
    const args = ['--input-type=module', '--eval', HUNTS, JSON.stringify(wanted)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: copy.dir, timeout: 500_000 });
    return JSON.parse(stdout);
  } finally {
    copy.drop();
  }
}

it('finds nothing in a copy that nobody changed', async () => {
  expect(await huntIn(null, { seed: SEED, histories: 200, shrinks: false })).toBeNull();
}, 300_000);

describe.each(MUTANTS)('%s is watched: a bot is caught that', (broken, mutants) => {
  it.each(mutants.map((mutant) => [mutant.does, mutant] as const))(
    '%s',
    async (_does, mutant) => {
      const found = await huntIn(mutant, { seed: SEED, histories: 3_000, checks: [broken], shrinks: false });
      expect(found).toMatchObject({ broken });
    },
    600_000,
  );
});
