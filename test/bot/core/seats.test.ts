import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PersonId, Seat } from '../../../bot/core/request.ts';
import { allFilled, matchSeats, type Voter } from '../../../bot/core/seats.ts';

const SEED = Number(process.env['KEYTURN_SEED'] ?? 20261122);
const person = (name: string) => name as PersonId;
const seat = (count: number, ...from: string[]): Seat => ({ from, count, candidates: [] });
const voter = (name: string, ...seats: number[]): Voter => ({ person: person(name), seats });

describe('matching people to seats', () => {
  it('fills one seat by one person', () => {
    expect(matchSeats([seat(1, 'dba')], [voter('bob', 0)])).toEqual([['bob']]);
  });

  it('row 4: never fills two seats by one person in two groups', () => {
    const seats = [seat(1, 'dba'), seat(1, 'security')];
    const filled = matchSeats(seats, [voter('bob', 0, 1)]);
    expect(filled.flat()).toEqual(['bob']);
    expect(allFilled(seats, filled)).toBe(false);
  });

  it('row 4: counts one person once, however often they voted', () => {
    const seats = [seat(2, 'dba')];
    const filled = matchSeats(seats, [voter('bob', 0), voter('bob', 0)]);
    expect(filled).toEqual([['bob']]);
    expect(allFilled(seats, filled)).toBe(false);
  });

  it('moves a person when that lets one more seat be filled', () => {
    const seats = [seat(1, 'dba'), seat(1, 'security')];
    const filled = matchSeats(seats, [voter('dora', 0, 1), voter('bob', 0)]);
    expect(filled).toEqual([['bob'], ['dora']]);
    expect(allFilled(seats, filled)).toBe(true);
  });

  it('moves people along a chain of seats', () => {
    const seats = [seat(1, 'a'), seat(1, 'b'), seat(2, 'c')];
    const voters = [voter('p', 0, 1), voter('q', 1, 2), voter('r', 2), voter('s', 0)];
    expect(allFilled(seats, matchSeats(seats, voters))).toBe(true);
  });

  it('takes no seat that is not there, and nobody into a full one', () => {
    expect(matchSeats([seat(1, 'a')], [voter('p', 7), voter('q', 0), voter('r', 0)])).toEqual([['q']]);
    expect(matchSeats([], [voter('p', 0)])).toEqual([]);
  });

  it('calls seats filled only when each has its whole count', () => {
    expect(allFilled([seat(2, 'a')], [[person('p')]])).toBe(false);
    expect(allFilled([seat(1, 'a')], [])).toBe(false);
    expect(allFilled([], [])).toBe(true);
  });

  const world = fc.record({
    counts: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
    voters: fc.array(fc.uniqueArray(fc.nat(3), { maxLength: 4 }), { maxLength: 6 }),
  });

  it('fills as many chairs as any assignment of different people could', () => {
    fc.assert(
      fc.property(world, ({ counts, voters }) => {
        const seats = counts.map((count, index) => seat(count, `g${index}`));
        const named = voters.map((mine, index) => voter(`p${index}`, ...mine));
        const filled = matchSeats(seats, named);
        expect(filled.flat().length).toBe(mostChairs(counts, voters));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('seats everybody at most once, only where they may sit, and never above the count', () => {
    fc.assert(
      fc.property(world, ({ counts, voters }) => {
        const seats = counts.map((count, index) => seat(count, `g${index}`));
        const filled = matchSeats(
          seats,
          voters.map((mine, index) => voter(`p${index}`, ...mine)),
        );
        expect(new Set(filled.flat()).size).toBe(filled.flat().length);
        for (const [index, people] of filled.entries()) {
          expect(people.length).toBeLessThanOrEqual(counts[index] ?? 0);
          for (const one of people) expect(voters[Number(one.slice(1))]).toContain(index);
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('is never worse off for one more vote', () => {
    fc.assert(
      fc.property(world, fc.uniqueArray(fc.nat(3)), ({ counts, voters }, mine) => {
        const seats = counts.map((count, index) => seat(count, `g${index}`));
        const before = voters.map((list, index) => voter(`p${index}`, ...list));
        const one = matchSeats(seats, before).flat().length;
        expect(matchSeats(seats, [...before, voter('late', ...mine)]).flat().length).toBeGreaterThanOrEqual(
          one,
        );
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

/** By trying every assignment. */
function mostChairs(counts: readonly number[], voters: readonly (readonly number[])[]): number {
  const [mine, ...others] = voters;
  if (mine === undefined) return 0;
  let most = mostChairs(counts, others);
  for (const seat of mine) {
    const free = counts[seat] ?? 0;
    if (free > 0) most = Math.max(most, 1 + mostChairs(counts.with(seat, free - 1), others));
  }
  return most;
}
