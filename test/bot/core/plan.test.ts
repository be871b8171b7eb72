import { describe, expect, it } from 'vitest';
import { toPlace } from '../../../bot/core/place.ts';
import { addSeats, anyDemand, candidatesOf, mergePlans, type Plan } from '../../../bot/core/plan.ts';
import { type PersonId, type Seat, WAYS } from '../../../bot/core/request.ts';

function plan(seats: Plan['seats'], changes: Partial<Plan> = {}): Plan {
  return {
    id: 'plan',
    seats,
    comment: { approve: false, reject: false, flag: false },
    expiresAfterMs: 1_000,
    usableForMs: 1_000,
    reviewVia: WAYS,
    remind: [],
    escalate: [],
    outcomeWithinMs: 1_000,
    notify: [],
    ...changes,
  };
}
const people = (...names: string[]) => names as PersonId[];

describe('merging plans', () => {
  it('leaves one plan as it is', () => {
    const { id: _, ...rest } = plan([{ from: ['dba'], count: 2 }]);
    expect(mergePlans([plan([{ from: ['dba'], count: 2 }])])).toEqual(rest);
  });

  it('keeps each seat with its highest count, whatever the order of its groups', () => {
    const one = plan([
      { from: ['dba', 'security'], count: 1 },
      { from: ['dba'], count: 2 },
    ]);
    const other = plan([
      { from: ['security', 'dba'], count: 3 },
      { from: ['dba', 'dba'], count: 1 },
      { from: ['ops'], count: 1 },
    ]);
    expect(mergePlans([one, other]).seats).toEqual([
      { from: ['dba', 'security'], count: 3 },
      { from: ['dba'], count: 2 },
      { from: ['ops'], count: 1 },
    ]);
  });

  it('takes the shortest of each time, any demand for a comment, and every place', () => {
    const [room, slack] = [toPlace('room'), toPlace('slack', '#a')];
    const one = plan([], {
      expiresAfterMs: 5,
      usableForMs: 9,
      reviewVia: WAYS,
      remind: [],
      escalate: [],
      outcomeWithinMs: 7,
      notify: [room],
    });
    const comment = { approve: true, reject: false, flag: true };
    const other = plan([], {
      expiresAfterMs: 6,
      usableForMs: 8,
      reviewVia: WAYS,
      remind: [],
      escalate: [],
      outcomeWithinMs: 7,
      comment,
      notify: [slack, room],
    });
    expect(mergePlans([one, other])).toEqual({
      seats: [],
      comment,
      expiresAfterMs: 5,
      usableForMs: 8,
      reviewVia: WAYS,
      remind: [],
      escalate: [],
      outcomeWithinMs: 7,
      notify: [room, slack],
    });
  });

  it('demands a comment where either does', () => {
    const none = { approve: false, reject: false, flag: false };
    expect(anyDemand(none, none)).toEqual(none);
    expect(anyDemand({ ...none, reject: true }, { ...none, flag: true })).toEqual({
      approve: false,
      reject: true,
      flag: true,
    });
  });
});

describe('row 16: seats of a later policy', () => {
  const held: Seat = { from: ['dba'], count: 1, candidates: people('alice', 'bob') };

  it('add to those that are held', () => {
    const more: Seat = { from: ['security'], count: 1, candidates: people('carol') };
    expect(addSeats([held], [more])).toEqual([held, more]);
  });

  it('raise the count and never let more people in', () => {
    const wider: Seat = { from: ['dba'], count: 2, candidates: people('alice', 'bob', 'mallory') };
    expect(addSeats([held], [wider])).toEqual([
      { from: ['dba'], count: 2, candidates: people('alice', 'bob') },
    ]);
  });

  it('never lower the count or drop a seat', () => {
    const two: Seat = { ...held, count: 2 };
    expect(addSeats([two], [held])).toEqual([two]);
    expect(addSeats([two], [])).toEqual([two]);
  });
});

describe('the candidates of a seat', () => {
  it('are the members of all its groups, each once', () => {
    const groups: Record<string, PersonId[]> = {
      dba: people('alice', 'bob'),
      security: people('bob', 'carol'),
    };
    expect(candidatesOf(['dba', 'security', 'gone'], (group) => groups[group] ?? [])).toEqual([
      'alice',
      'bob',
      'carol',
    ]);
  });
});
