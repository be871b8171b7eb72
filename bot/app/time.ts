import type { Instant } from '../core/request.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * The time that deadlines are held against: never earlier than anything already recorded. While the
 * wall clock is behind, time goes on at the steady clock's pace, so a step back extends nothing and
 * stops nothing.
 */
export interface Time {
  now(): Instant;
  /** How far the wall clock has stepped back, once per step; null when there is nothing new to say. */
  takeAnomaly(): number | null;
  /** It was taken, and could not be said. */
  putBackAnomaly(behindMs: number): void;
}

export function trustedTime(clock: Clock, newestEntryAt: Instant): Time {
  let latest = newestEntryAt;
  let steadyAtLatest = clock.steady();
  let behind = false;
  let untold: number | null = null;
  return {
    now() {
      const wall = clock.wall();
      const steady = clock.steady();
      // The steady clock counts only while the wall clock lags. Otherwise small drift would add up.
      const lags = behind || wall < latest;
      const floor = lags ? latest + Math.max(0, Math.floor(steady - steadyAtLatest)) : latest;
      if (lags && !behind) untold = latest - wall;
      behind = wall < floor;
      if (floor > latest || wall > latest) {
        latest = Math.max(wall, floor);
        steadyAtLatest = steady;
      }
      return latest;
    },
    takeAnomaly() {
      const told = untold;
      untold = null;
      return told;
    },
    putBackAnomaly(behindMs) {
      untold ??= behindMs;
    },
  };
}
