import { covers, type Firm, isIn, type Who } from './firm.ts';

// Break-glass and calendar freezes, written again from domain.md and simply: no bot/core in here.

/** One way to approve alone, as a request holds it. */
export interface ModelGlass {
  readonly who: readonly string[];
  /** Who may, under every policy since it was asked. */
  readonly candidates: readonly Who[];
  readonly reasonMin: number;
  readonly reviewBy: readonly string[];
  readonly withinMs: number;
}

export function glassOn(firm: Firm, { action }: { readonly action: string }): readonly ModelGlass[] {
  return firm.glass
    .filter((rule) => covers(rule.action, action))
    .map(({ who, reasonMin, reviewBy, withinMs }) => ({
      who,
      candidates: membersOf(firm, who),
      reasonMin,
      reviewBy,
      withinMs,
    }));
}

/** What both have, for whoever both name and is still there, on the stricter terms. */
export function narrowedGlass(
  firm: Firm,
  held: readonly ModelGlass[],
  later: readonly ModelGlass[],
): readonly ModelGlass[] {
  const key = ({ who, reviewBy }: ModelGlass) => `${[...who].sort()} by ${[...reviewBy].sort()}`;
  return held.flatMap((one) => {
    const same = later.find((other) => key(other) === key(one));
    if (same === undefined) return [];
    return [
      {
        ...one,
        candidates: one.candidates.filter(
          (who) => same.candidates.includes(who) && isInAny(firm, who, one.who),
        ),
        reasonMin: Math.max(one.reasonMin, same.reasonMin),
        withinMs: Math.min(one.withinMs, same.withinMs),
      },
    ];
  });
}

/** Whether a calendar freeze holds for this action now. */
export function isFrozenNow(firm: Firm, { action }: { readonly action: string }, now: number): boolean {
  return firm.freezes.some((freeze) => covers(freeze.action, action) && now % freeze.everyMs < freeze.forMs);
}

export function isInAny(firm: Firm, who: Who, groups: readonly string[]): boolean {
  return groups.some((group) => isIn(firm, who, group));
}

export function membersOf(firm: Firm, groups: readonly string[]): readonly Who[] {
  return firm.people.filter((person) => isInAny(firm, person, groups));
}
