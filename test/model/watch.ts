import { AtMostOnce } from './invariants/at-most-once.ts';
import { failClosed } from './invariants/fail-closed.ts';
import { noSilence } from './invariants/no-silence.ts';
import { OnTheRecord } from './invariants/on-the-record.ts';
import { Sightings } from './invariants/sightings.ts';
import { twoKeys } from './invariants/two-keys.ts';
import { WhatWasSeen } from './invariants/what-was-seen.ts';
import type { Model } from './model.ts';
import { Injected } from './process.ts';
import type { Broken, Step } from './step.ts';

/** The invariants of one history, each with a memory of its own. */
export class Watch {
  readonly #checks: ReadonlySet<Broken>;
  readonly #sightings = new Sightings();
  readonly #seen = new WhatWasSeen();
  readonly #once = new AtMostOnce();
  readonly #record = new OnTheRecord();

  constructor(checks: ReadonlySet<Broken>) {
    this.#checks = checks;
  }

  /** Throws the first violation. `isUntold`: the clock has just stepped back. */
  look(step: Step, model: Model, isUntold: boolean): void {
    this.#sightings.see(step);
    if (this.#checks.has(1)) twoKeys(step, this.#sightings);
    if (this.#checks.has(2)) this.#seen.check(step, this.#sightings);
    if (this.#checks.has(3)) this.#once.check(step);
    if (this.#checks.has(4)) this.#record.check(step, isUntold);
    if (this.#checks.has(5)) failClosed(step, this.#sightings, model);
    if (this.#checks.has(6)) noSilence(step, this.#sightings, (cause) => cause instanceof Injected);
  }
}
