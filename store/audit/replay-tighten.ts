import { readIsoTime } from '../../bot/core/instant.ts';
import { RISKS } from '../../bot/core/request.ts';
import type { LoggedDemands } from './replay-shape.ts';
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
  return null;
}

function contains(all: readonly string[], some: readonly string[]): boolean {
  return some.every((item) => all.includes(item));
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return contains(a, b) && contains(b, a);
}
