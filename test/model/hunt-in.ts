import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { Found, Hunt } from './hunt.ts';
import type { Mutant } from './mutants.ts';
import { copyOf, type Edit, sourcesOf } from './sources.ts';
import type { Broken } from './step.ts';

const SEED = 20_261_122;
const SOURCES = sourcesOf('test/model/hunt.ts');
const HUNTS = `
  const { hunt } = await import('./test/model/hunt.js');
  const found = JSON.stringify(await hunt(JSON.parse(process.argv[1])));
  // A broken bot can leave timers behind.
  process.stdout.write(found, () => process.exit());`;

/** Hunts in a process of its own, over a copy of the sources. */
export async function huntIn(
  edit: Edit | null,
  wanted: Omit<Hunt, 'seed' | 'shrinks'>,
): Promise<Found | null> {
  const copy = copyOf(SOURCES, edit);
  try {
    const how: Hunt = { ...wanted, seed: SEED, shrinks: false };
    const args = ['--input-type=module', '--eval', HUNTS, JSON.stringify(how)];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: copy.dir,
      timeout: 500_000,
    });
    return JSON.parse(stdout);
  } finally {
    copy.drop();
  }
}

/** One test for each: the histories, looked at with `broken` alone, find it. */
export function catches(broken: Broken, mutants: readonly Mutant[]): void {
  it.each(mutants.map((mutant) => [mutant.does, mutant] as const))(
    '%s',
    async (_does, mutant) => {
      const found = await huntIn(mutant, {
        histories: 3_000,
        checks: [broken],
      });
      expect(found).toMatchObject({ broken });
    },
    600_000,
  );
}
