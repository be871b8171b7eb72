import type { PersonId } from '../core/request.ts';
import { allFilled, matchSeats } from '../core/seats.ts';
import { activeGroups } from './active.ts';
import type { Check } from './check.ts';
import type { Path } from './problem.ts';

/** A seat that nobody can fill holds a request until it expires, and nobody would know why. */
export function checkPlans(check: Check): void {
  for (const [key, plan] of check.draft.plans) {
    if (plan !== null) checkSeats(check, ['plans', key, 'seats'], plan.seats);
  }
  const { clearFrom } = check.draft;
  if (clearFrom === null) return;
  const known = knownGroups(check, clearFrom, ['clear_from']);
  if (known && membersOf(activeGroups(check.draft), clearFrom)?.length === 0) {
    check.report(['clear_from'], 'these groups have no members: nobody could lift a freeze');
  }
}

interface SeatEntry {
  readonly from: readonly string[];
  readonly count: number;
}

function checkSeats(check: Check, path: Path, seats: readonly SeatEntry[]): void {
  const drawn = new Map<string, number>();
  let sound = true;
  const candidates = seats.map((seat, index) => {
    const sameAs = drawn.get(drawKey(seat));
    if (sameAs === undefined) drawn.set(drawKey(seat), index);
    else
      check.report(
        [...path, index],
        `draws from the same groups as seat ${sameAs}: write one seat with a higher count`,
      );

    const known = knownGroups(check, seat.from, [...path, index, 'from']);
    const people = membersOf(activeGroups(check.draft), seat.from);
    if (!known || people === null) sound = false;
    else if (people.length < seat.count) {
      sound = false;
      check.report([...path, index], shortfall(seat.count, people.length));
    }
    return people ?? [];
  });
  if (sound && !fillable(seats, candidates)) {
    check.report(path, 'cannot all be filled: there are not enough different people for all seats at once');
  }
}

function drawKey(seat: SeatEntry): string {
  return [...new Set(seat.from)].sort().join(' ');
}

function shortfall(count: number, people: number): string {
  return people === 0
    ? 'cannot be filled: its groups have no members'
    : `cannot be filled: it needs ${count} people and its groups have ${people}`;
}

export function fillable(seats: readonly SeatEntry[], candidates: readonly (readonly string[])[]): boolean {
  const everybody = [...new Set(candidates.flat())] as PersonId[];
  const filled = seats.map((seat, index) => ({
    ...seat,
    candidates: (candidates[index] ?? []) as PersonId[],
  }));
  const voters = everybody.map((person) => ({
    person,
    seats: filled.flatMap((seat, index) => (seat.candidates.includes(person) ? [index] : [])),
  }));
  return allFilled(filled, matchSeats(filled, voters));
}

export function knownGroups(check: Check, groups: readonly string[], path: Path): boolean {
  let known = true;
  for (const [index, group] of groups.entries()) {
    if (check.draft.groups.has(group)) continue;
    known = false;
    check.report([...path, index], `there is no group "${group}"`);
  }
  return known;
}

/** Null when one of the groups could not be read: then nothing can be said about its members. */
export function membersOf(
  groupOf: (name: string) => { readonly members: readonly string[] } | null | undefined,
  groups: readonly string[],
): readonly string[] | null {
  const members = groups.map((name) => groupOf(name)?.members ?? null);
  return members.includes(null) ? null : [...new Set(members.flatMap((list) => list ?? []))];
}
