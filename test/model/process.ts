import type { PolicySource } from '../../bot/app/adopt-policy.ts';
import type { Caller, Context } from '../../bot/app/context.ts';
import { KEYTURN } from '../../bot/app/context.ts';
import { toPlace } from '../../bot/core/place.ts';
import { type Installation, openContext } from '../../bot/open-context.ts';
import type { Places } from '../../bot/ports/places.ts';
import type { Random } from '../../bot/ports/random.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { QUIET_AUDIT } from '../helpers/log-context.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { firmWith } from './changes.ts';
import type { Disk } from './disk.ts';
import type { Firm, Who } from './firm.ts';
import { ModelDirectory } from './kept.ts';
import { authenticated } from './tell.ts';
import { toRulebook } from './to-rulebook.ts';

/** Thrown out of the middle of a write, as a bug or a failed allocation would be. */
export class Injected extends Error {}

export function throwInjected(): never {
  throw new Injected('a test made this write fail');
}

/** Randomness that is the same in every run, and that something can happen at: each entry draws some. */
export class TrappedRandom implements Random {
  readonly #source: Random;
  #left = -1;
  #trap: () => void = () => {};

  constructor(seed: string) {
    this.#source = seededRandom(seed);
  }

  bytes(count: number): Uint8Array {
    this.#left -= 1;
    if (this.#left === -1) this.#trap();
    return this.#source.bytes(count);
  }

  /** Runs `trap` when the draw after this many is made. */
  set(draws: number, trap: () => void): void {
    this.#left = draws;
    this.#trap = trap;
  }

  unset(): void {
    this.#left = -1;
  }
}

/** One life of the bot, from its start to its stop or crash. */
export interface Running {
  readonly context: Context;
  readonly dataDir: string;
  readonly callerFor: (who: Who) => Caller | null;
}

/** What outlives a process: the disk, the wall clock, and chance. */
export interface Machine {
  readonly disk: Disk;
  readonly clock: FakeClock;
  readonly random: TrappedRandom;
  readonly directory: ModelDirectory;
  readonly onBroken: (cause: unknown) => void;
}

export async function start(
  { disk, clock, random, directory, onBroken }: Machine,
  dataDir: string,
  firm: Firm,
): Promise<Running> {
  const installation: Installation = {
    dataDir,
    keyDir: disk.keys,
    log: 'model/log',
    audit: QUIET_AUDIT,
    ...sourceOf(firm),
  };
  directory.forget();
  const directories = [directory];
  const context = await openContext(installation, { clock, random, directories, onBroken }, PLACES);
  return { context, dataDir, callerFor: authenticated(context) };
}

/** The firm as the policy file of a start or of a reload. */
export function sourceOf(firm: Firm): PolicySource {
  return {
    people: firm.people.map((key) => ({ key, accounts: 1 })),
    compile: (personOf) => toRulebook(firm, personOf),
  };
}

/** Every change has to be told somewhere. */
const PLACES: Places = {
  told: [toPlace('log')],
  takers: () => [],
  hasFaces: false,
  isServed: () => false,
  isLimited: () => false,
  directTo: () => [],
};

/** As `compose` does it. */
export async function stop({ context }: Running): Promise<void> {
  const at = context.time.now();
  await context.store.transact((tx) => void tx.append({ type: 'log.stopped' }, KEYTURN, at, null));
  context.store.close();
}

/** A data directory of the firm as it is before any change; each history begins with a copy. */
export async function template(disk: Disk): Promise<string> {
  const dataDir = disk.fresh();
  const clock = new FakeClock();
  const machine: Machine = {
    disk,
    clock,
    random: new TrappedRandom('template'),
    directory: new ModelDirectory(() => clock.steady()),
    onBroken: () => {},
  };
  await stop(await start(machine, dataDir, firmWith([])));
  return dataDir;
}
