import { type Match, type MatchFacts, missOf } from './match.ts';
import type { Place } from './place.ts';
import { candidatesOf, union } from './plan.ts';
import type { BreakGlass, PersonId } from './request.ts';

/** Who may approve alone in an emergency, and who looks at it afterwards. */
export interface BreakGlassRule {
  readonly match: Match;
  readonly who: readonly string[];
  readonly reasonMin: number;
  readonly notify: readonly Place[];
  readonly reviewBy: readonly string[];
  readonly reviewWithinMs: number;
}

export function glassRulesFor(
  rules: readonly BreakGlassRule[],
  facts: MatchFacts,
): readonly BreakGlassRule[] {
  return rules.filter(({ match }) => missOf(match, facts) === null);
}

export function toGlass(
  { who, reasonMin, notify, reviewBy, reviewWithinMs }: BreakGlassRule,
  members: (group: string) => readonly PersonId[],
): BreakGlass {
  return { who, candidates: candidatesOf(who, members), reasonMin, notify, reviewBy, reviewWithinMs };
}

/**
 * What is left of it under a later policy: only what both have, for people whom both name, on the
 * stricter terms. Two are the same when the same groups break and the same groups review.
 */
export function glassInBoth(
  held: readonly BreakGlass[],
  later: readonly BreakGlass[],
): readonly BreakGlass[] {
  return held.flatMap((one) => {
    const same = later.find((other) => isSameGlass(one, other));
    if (same === undefined) return [];
    return [
      {
        ...one,
        candidates: one.candidates.filter((person) => same.candidates.includes(person)),
        reasonMin: Math.max(one.reasonMin, same.reasonMin),
        notify: union([...one.notify, ...same.notify]),
        reviewWithinMs: Math.min(one.reviewWithinMs, same.reviewWithinMs),
      },
    ];
  });
}

type Ways = Pick<BreakGlass, 'who' | 'reviewBy'>;

export function isSameGlass(a: Ways, b: Ways): boolean {
  return isSame(a.who, b.who) && isSame(a.reviewBy, b.reviewBy);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.every((group) => b.includes(group)) && b.every((group) => a.includes(group));
}
