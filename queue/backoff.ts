import type { Random } from '../bot/ports/random.ts';

const FIRST_MS = 2_000;
const LONGEST_MS = 5 * 60_000;

/** Milliseconds until the next try after try `attempt`, doubling, each somewhere between half and the whole. */
export function backoff(attempt: number, random: Random): number {
  const whole = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS);
  const [high = 0, low = 0] = random.bytes(2);
  return Math.round(whole / 2 + (whole / 2) * ((high * 256 + low) / 65_536));
}
