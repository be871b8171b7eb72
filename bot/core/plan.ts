import type { Place } from './place.ts';
import type { CommentRules, Escalation, PersonId, Remind, Seat, Via } from './request.ts';

/** A named set of seats and the times that go with them. Durations in milliseconds. */
export interface Plan {
  readonly id: string;
  readonly seats: readonly { readonly from: readonly string[]; readonly count: number }[];
  readonly comment: CommentRules;
  readonly expiresAfterMs: number;
  readonly usableForMs: number;
  readonly outcomeWithinMs: number;
  readonly reviewVia: readonly Via[];
  readonly remind: readonly Remind[];
  readonly escalate: readonly Escalation[];
  /** Where the request is shown. It decides nothing: who may approve stands in the seats. */
  readonly notify: readonly Place[];
}

/** Several plans at once: each seat with its highest count, the shortest times, any comment demand, all notices. */
export function mergePlans(plans: readonly [Plan, ...Plan[]]): Omit<Plan, 'id'> {
  const shortest = (time: (plan: Plan) => number) => Math.min(...plans.map(time));
  return {
    seats: strictestSeats(plans.flatMap((plan) => plan.seats)),
    comment: plans.map((plan) => plan.comment).reduce(anyDemand),
    expiresAfterMs: shortest((plan) => plan.expiresAfterMs),
    usableForMs: shortest((plan) => plan.usableForMs),
    outcomeWithinMs: shortest((plan) => plan.outcomeWithinMs),
    reviewVia: plans.map((plan) => plan.reviewVia).reduce(inBoth),
    remind: union(plans.flatMap((plan) => plan.remind)),
    escalate: allEscalations(plans.flatMap((plan) => plan.escalate)),
    notify: union(plans.flatMap((plan) => plan.notify)),
  };
}

export function union<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}

/** A way that one of them does not take is no way for both. */
export function inBoth(a: readonly Via[], b: readonly Via[]): readonly Via[] {
  return a.filter((way) => b.includes(way));
}

/** One per time, to everybody whom any of them names. */
export function allEscalations(escalations: readonly Escalation[]): readonly Escalation[] {
  const byTime = new Map<number, readonly string[]>();
  for (const { afterMs, notify } of escalations)
    byTime.set(afterMs, union([...(byTime.get(afterMs) ?? []), ...notify]));
  return [...byTime].map(([afterMs, notify]) => ({ afterMs, notify }));
}

/** Keyed by the set of groups a seat draws from; the order in which those are written does not matter. */
export function strictestSeats<S extends { readonly from: readonly string[]; readonly count: number }>(
  seats: readonly S[],
): readonly S[] {
  const byFrom = new Map<string, S>();
  for (const seat of seats) {
    const key = [...new Set(seat.from)].sort().join(' ');
    const known = byFrom.get(key);
    if (known === undefined || known.count < seat.count)
      byFrom.set(key, known ? { ...known, count: seat.count } : seat);
  }
  return [...byFrom.values()];
}

/** A seat that both have keeps the candidates of `held`: a later policy never lets more people in. */
export function addSeats(held: readonly Seat[], demanded: readonly Seat[]): readonly Seat[] {
  return strictestSeats([...held, ...demanded]);
}

export function anyDemand(a: CommentRules, b: CommentRules): CommentRules {
  return { approve: a.approve || b.approve, reject: a.reject || b.reject, flag: a.flag || b.flag };
}

/** Who may fill a seat drawn from these groups, before exclusions. */
export function candidatesOf(
  from: readonly string[],
  members: (group: string) => readonly PersonId[],
): readonly PersonId[] {
  return [...new Set(from.flatMap((group) => members(group)))];
}
