import type { PersonId, Seat } from '../../bot/core/request.ts';
import { allFilled, matchSeats } from '../../bot/core/seats.ts';
import type { Held, Vote } from './replay-state.ts';

/** How many chairs the votes fill, recomputed from the votes alone. No stored verdict is read. */
export interface Quorum {
  readonly filled: number;
  readonly of: number;
  readonly isFull: boolean;
}

export function quorum(held: Held): Quorum {
  const seats = held.demands.seats as readonly Seat[];
  const voters = held.votes.map((vote) => ({ person: vote.person as PersonId, seats: seatsOf(held, vote) }));
  const filling = matchSeats(seats, voters);
  return {
    filled: filling.reduce((sum, people) => sum + people.length, 0),
    of: seats.reduce((sum, seat) => sum + seat.count, 0),
    // The matching is asked for, and then not believed: it is a filling only if it is one.
    isFull: seats.length > 0 && allFilled(seats, filling) && isFilling(held, filling),
  };
}

/** Every seat taken, nobody twice, each by a person whose vote counts for that seat. */
export function isFilling(held: Held, filledBy: readonly (readonly string[])[]): boolean {
  const { seats } = held.demands;
  const votes = new Map(held.votes.map((vote) => [vote.person, vote]));
  const seated = new Set<string>();
  if (filledBy.length !== seats.length) return false;
  for (const [index, people] of filledBy.entries()) {
    if (people.length !== seats[index]?.count) return false;
    for (const person of people) {
      const vote = votes.get(person);
      if (vote === undefined || seated.has(person) || !seatsOf(held, vote).includes(index)) return false;
      seated.add(person);
    }
  }
  return true;
}

/** The seats that a vote counts for now: listed then, still a candidate, and not excluded since. */
function seatsOf({ demands, excluded }: Held, { person, seats }: Vote): readonly number[] {
  if (excluded.has(person)) return [];
  const listed = seats ?? demands.seats.keys();
  return [...listed].filter((index) => demands.seats[index]?.candidates.includes(person));
}
