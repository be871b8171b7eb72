import { type Match, type MatchFacts, missOf } from './match.ts';
import type { Instant } from './request.ts';

/** From the first instant on, up to and without the last. */
export interface Window {
  readonly from: Instant;
  readonly until: Instant;
}

/** When something recurs, compiled. Windows that touch or overlap are one. */
export interface Windows {
  /**
   * When the window ends that this instant lies in, or null where it lies in none. Windows that follow
   * each other for ever have no end; then it is some time at which they still do.
   */
  readonly endAt: (instant: Instant) => Instant | null;
  /** The first one that begins after this instant and after the one it lies in. */
  readonly next: (instant: Instant) => Window | null;
}

/** A time in which what it matches may be neither asked, approved nor run. */
export interface CalendarFreeze {
  readonly id: string;
  readonly match: Match;
  readonly windows: Windows;
}

export interface FreezeInForce {
  readonly id: string;
  readonly until: Instant;
}

export function freezesInForce(
  freezes: readonly CalendarFreeze[],
  facts: MatchFacts,
  at: Instant,
): readonly FreezeInForce[] {
  return freezes.flatMap(({ id, match, windows }) => {
    const until = missOf(match, facts) === null ? windows.endAt(at) : null;
    return until === null ? [] : [{ id, until }];
  });
}

/** Whole seconds until the last of them ends. Another one may begin before that. */
export function secondsLeft(freezes: readonly FreezeInForce[], at: Instant): number {
  return Math.max(1, ...freezes.map(({ until }) => Math.ceil((until - at) / 1000)));
}
