import type { Clock } from '../../bot/ports/clock.ts';

/** Time that moves only when a test says so. `step` moves the wall alone, as an administrator would. */
export class FakeClock implements Clock {
  #wall: number;
  #steady = 0;

  constructor(wall = Date.UTC(2026, 10, 22, 10)) {
    this.#wall = wall;
  }

  wall(): number {
    return this.#wall;
  }

  steady(): number {
    return this.#steady;
  }

  advance(ms: number): void {
    this.#wall += ms;
    this.#steady += ms;
  }

  step(ms: number): void {
    this.#wall += ms;
  }
}
