import fc from 'fast-check';
import { changes, command_ } from './commands.ts';
import { openDisk } from './disk.ts';
import { template } from './process.ts';
import type { Reached } from './setting.ts';
import { type Broken, Violation } from './step.ts';
import { opening } from './wishes.ts';
import { World } from './world.ts';

const EVERYTHING: readonly Broken[] = [1, 2, 3, 4, 5, 6, 'model'];

export interface Hunt {
  readonly seed: number;
  readonly histories: number;
  /** What is looked at; all if not said. */
  readonly checks?: readonly Broken[];
  readonly reached?: Reached;
  /** Whether what was found is made as short as it can be, which takes a while; so if not said. */
  readonly shrinks?: boolean;
}

export interface Found {
  /** The invariant, or `harness` where the test itself fell over. */
  readonly broken: Broken | 'harness';
  readonly report: string;
}

/** Plays that many histories. Null is: nothing was broken. */
export async function hunt({
  seed,
  histories,
  checks = EVERYTHING,
  reached = new Map(),
  shrinks = true,
}: Hunt): Promise<Found | null> {
  const disk = openDisk();
  try {
    const setting = { disk, template: await template(disk), checks: new Set(checks), reached };
    const history = fc.asyncProperty(
      changes,
      fc.array(opening, { minLength: 1, maxLength: 2 }),
      fc.commands([command_], { maxCommands: 24, size: 'max' }),
      async (first, submissions, commands) => {
        const world = new World(setting);
        try {
          await world.begin(first);
          for (const said of submissions) await world.act([said]);
          await fc.asyncModelRun(() => ({ model: world.model, real: world }), commands);
          await world.finish();
        } finally {
          await world.close();
        }
      },
    );
    const details = await fc.check(history, { seed, numRuns: histories, endOnFailure: !shrinks });
    if (!details.failed) return null;
    const { errorInstance, counterexample } = details;
    const broken = errorInstance instanceof Violation ? errorInstance.broken : 'harness';
    const [first = [], submissions = [], commands = []] = counterexample ?? [];
    const lines = [...submissions.map((said) => JSON.stringify(said)), ...commands].map(
      (line) => `  ${line}`,
    );
    const why =
      errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance);
    const where = `seed ${seed}, history ${details.numRuns} of ${histories}, shrunk ${details.numShrinks} times`;
    return { broken, report: [why, where, `policy: [${first.join(', ')}]`, ...lines].join('\n') };
  } finally {
    disk.dropAll();
  }
}
