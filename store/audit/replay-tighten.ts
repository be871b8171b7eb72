import { readIsoTime } from '../../bot/core/instant.ts';
import { RISKS, WAYS } from '../../bot/core/request.ts';
import type { LoggedDemands, LoggedGlass } from './replay-shape.ts';
import type { Why } from './replay-state.ts';

const TIMES = ['usable_for_ms', 'outcome_within_ms'] as const;
const LISTS = ['rules', 'plans'] as const;
const COMMENTS = ['approve', 'reject', 'flag'] as const;

/** What a later policy demands less of than the one before it, or null. It may only ever demand more. */
export function loosened(before: LoggedDemands, after: LoggedDemands): Why {
  for (const [index, seat] of before.seats.entries()) {
    const now = after.seats[index];
    if (now === undefined) return 'it drops a seat';
    if (!sameSet(seat.from, now.from)) return 'it draws a seat from other groups';
    if (now.count < seat.count) return 'it lowers the count of a seat';
    if (!contains(seat.candidates, now.candidates)) return 'it lets more people into a seat';
  }
  if (after.seats.some(({ count }) => count < 1)) return 'it adds a seat that nobody must fill';
  const people = (demands: LoggedDemands) => demands.exclusions.map(({ person }) => person);
  if (!contains(people(after), people(before))) return 'it drops an exclusion';
  if (readIsoTime(after.expires_at) > readIsoTime(before.expires_at)) return 'it expires later';
  for (const time of TIMES) if (after[time] > before[time]) return `it raises ${time}`;
  for (const list of LISTS) if (!contains(after[list], before[list])) return `it drops one of its ${list}`;
  if (RISKS.indexOf(after.risk) < RISKS.indexOf(before.risk)) return 'it lowers the risk';
  if (COMMENTS.some((verdict) => before.comment[verdict] && !after.comment[verdict]))
    return 'it asks for fewer comments';
  if (!contains(before.review_via ?? WAYS, after.review_via ?? WAYS)) return 'it adds a way to approve';
  return addsGlass(before.break_glass ?? [], after.break_glass ?? []) ? 'it adds a way to break glass' : null;
}

/** Anything that was not there before, or not for so many people, on such short reasons, or for so long. */
function addsGlass(before: readonly LoggedGlass[], after: readonly LoggedGlass[]): boolean {
  return !after.every((glass) =>
    before.some(
      (held) =>
        sameSet(held.who, glass.who) &&
        sameSet(held.review_by, glass.review_by) &&
        contains(held.candidates, glass.candidates) &&
        glass.reason_min >= held.reason_min &&
        glass.review_within_ms <= held.review_within_ms,
    ),
  );
}

function contains(all: readonly string[], some: readonly string[]): boolean {
  return some.every((item) => all.includes(item));
}

export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return contains(a, b) && contains(b, a);
}
