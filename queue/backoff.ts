import type { Random } from '../bot/ports/random.ts';

/**
 * How long to wait after so many failures in a row: twice as long each time, up to `mostMs`, and up to
 * half of it less by chance, so that many that failed together do not come back together.
 */
export function backoffMs(failures: number, random: Random, firstMs = 1_000, mostMs = 300_000): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(Math.max(failures - 1, 0), 30));
  const [byte = 0] = random.bytes(1);
  return Math.round(whole * (1 - byte / 510));
}
