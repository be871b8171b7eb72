import { FakeClock } from './fake-clock.ts';

/** Time that passes by itself, `speed` times as fast as here, and that a test can push forward. */
export class TickingClock extends FakeClock {
  readonly #speed: number;
  readonly #started = performance.now();

  constructor(speed = 1) {
    super();
    this.#speed = speed;
  }

  override wall(): number {
    return super.wall() + this.#passed();
  }

  override steady(): number {
    return super.steady() + this.#passed();
  }

  #passed(): number {
    return Math.floor((performance.now() - this.#started) * this.#speed);
  }
}
