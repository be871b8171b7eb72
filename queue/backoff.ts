import type { Random } from '../bot/ports/random.ts';

const FIRST_MS = 1_000;
const MOST_MS = 5 * 60_000;

/** How long to wait after the nth failure in a row: doubling, and spread so that nobody knocks in step. */
export function backoffMs(failures: number, random: Random): number {
  const whole = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  const share = (random.bytes(1)[0] ?? 0) / 255;
  return Math.round(whole * (0.5 + share / 2));
}
