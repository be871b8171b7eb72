import type { PersonId, Seat } from './request.ts';

/** One person's valid vote, with the seats (indexes) that this person may fill. */
export interface Voter {
  readonly person: PersonId;
  readonly seats: readonly number[];
}

/**
 * Seats filled by different people: a maximum bipartite matching (Kuhn's augmenting paths) of
 * people to chairs. A person who could fill two seats moves when that lets one more be filled.
 * Returns the people per seat, in vote order. A person named twice counts once.
 */
export function matchSeats(
  seats: readonly Seat[],
  voters: readonly Voter[],
): readonly (readonly PersonId[])[] {
  const holders: PersonId[][] = seats.map(() => []);
  const may = new Map<PersonId, ReadonlySet<number>>();
  for (const voter of voters) {
    if (!may.has(voter.person)) may.set(voter.person, new Set(voter.seats));
  }

  const seatPerson = (person: PersonId, tried: Set<number>): boolean => {
    for (const index of may.get(person) ?? []) {
      const seat = seats[index];
      const held = holders[index];
      if (seat === undefined || held === undefined || tried.has(index)) continue;
      tried.add(index);
      if (held.length < seat.count) {
        held.push(person);
        return true;
      }
      for (const [chair, holder] of held.entries()) {
        if (seatPerson(holder, tried)) {
          held[chair] = person;
          return true;
        }
      }
    }
    return false;
  };

  for (const person of may.keys()) seatPerson(person, new Set());
  return holders;
}

export function allFilled(seats: readonly Seat[], filledBy: readonly (readonly PersonId[])[]): boolean {
  return seats.every((seat, index) => (filledBy[index]?.length ?? 0) >= seat.count);
}
