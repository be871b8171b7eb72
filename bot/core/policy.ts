import { type BreakGlassRule, glassRulesFor, toGlass } from './break-glass.ts';
import type { CalendarFreeze } from './calendar-freeze.ts';
import type { Digest } from './digest.ts';
import { type Facts, type Match, missOf } from './match.ts';
import { toPlace } from './place.ts';
import { candidatesOf, mergePlans, type Plan } from './plan.ts';
import type { BreakGlass, Exclusion, PersonId, Risk, Seat } from './request.ts';
import { RISKS, WAYS } from './request.ts';

/** A compiled `when`. It MUST NOT throw, and MUST answer `unevaluable` for anything but a boolean. */
export interface Condition {
  (facts: Facts): boolean | 'unevaluable';
  /** As it is written in the policy, for whoever asks why a rule matched. */
  readonly source?: string;
}

export interface Rule {
  readonly id: string;
  readonly match: Match;
  readonly when: Condition | null;
  readonly effect: 'deny' | 'require' | 'allow';
  readonly plan: Plan | null;
  readonly risk: Risk | null;
  readonly exclude: readonly PersonId[];
  readonly tell: string | null;
  readonly replacesDefault: boolean;
}

/** The part of the policy that decides. The rest of the config never reaches the core. */
export interface Policy {
  readonly version: Digest;
  readonly rules: readonly Rule[];
  readonly default: { readonly effect: 'require'; readonly plan: Plan } | { readonly effect: 'deny' };
  readonly freezes: readonly CalendarFreeze[];
  readonly breakGlass: readonly BreakGlassRule[];
  readonly members: (group: string) => readonly PersonId[];
}

/** What the policy says of one request: deny, allow, or the merged plan. */
export interface Evaluation extends Omit<Plan, 'id' | 'seats'> {
  readonly effect: 'deny' | 'require' | 'allow';
  readonly rules: readonly string[];
  readonly plans: readonly string[];
  readonly risk: Risk;
  readonly seats: readonly Seat[];
  readonly exclusions: readonly Exclusion[];
  readonly breakGlass: readonly BreakGlass[];
  readonly tell: string | null;
}

/** For requests that no plan governs: released at once, or denied. */
const NO_PLAN = {
  seats: [],
  comment: { approve: false, reject: false, flag: false },
  expiresAfterMs: 15 * 60_000,
  usableForMs: 15 * 60_000,
  outcomeWithinMs: 60 * 60_000,
  reviewVia: WAYS,
  remind: [],
  escalate: [],
  notify: [toPlace('room')],
} as const;

export function evaluate(policy: Policy, facts: Facts): Evaluation {
  const hits = policy.rules.filter((rule) => isHit(rule, facts));
  const effect = strongestEffect(hits, policy.default.effect);
  const counted = hits.filter((rule) => rule.effect === effect);
  const plans = plansOf(counted, effect, policy);
  const merged = plans[0] === undefined ? NO_PLAN : mergePlans([plans[0], ...plans.slice(1)]);
  return {
    ...merged,
    effect,
    rules: counted.map((rule) => rule.id),
    plans: [...new Set(plans.map((plan) => plan.id))],
    risk: highest([facts.risk, ...hits.flatMap((rule) => rule.risk ?? [])]),
    seats: merged.seats.map((seat) => ({ ...seat, candidates: candidatesOf(seat.from, policy.members) })),
    // Exclusions of every rule that matched, also of one whose effect did not win: adding never loosens.
    exclusions: hits.flatMap((rule) =>
      rule.exclude.map((person) => ({ person, because: `excluded by rule ${rule.id}` })),
    ),
    breakGlass: glassRulesFor(policy.breakGlass, facts).map((rule) => toGlass(rule, policy.members)),
    tell: counted.find((rule) => rule.tell !== null)?.tell ?? null,
  };
}

function strongestEffect(hits: readonly Rule[], fallback: 'require' | 'deny'): Evaluation['effect'] {
  if (hits.length === 0) return fallback;
  if (hits.some((rule) => rule.effect === 'deny')) return 'deny';
  return hits.some((rule) => rule.effect === 'require') ? 'require' : 'allow';
}

function plansOf(counted: readonly Rule[], effect: Evaluation['effect'], policy: Policy): Plan[] {
  if (effect !== 'require') return [];
  const plans = counted.flatMap((rule) => rule.plan ?? []);
  const replaced = counted.some((rule) => rule.replacesDefault);
  return policy.default.effect === 'require' && !replaced ? [...plans, policy.default.plan] : plans;
}

/**
 * How a rule and a request meet. `bound`: its condition could not be evaluated, so it holds; `unevaluable`:
 * the same, of a rule that would free. Anything else is the first thing that kept it from matching.
 */
export type Meeting = 'matched' | 'bound' | 'unevaluable' | 'when' | keyof Match;

export function meet(rule: Rule, facts: Facts): Meeting {
  const miss = missOf(rule.match, facts);
  if (miss !== null) return miss;
  if (rule.when === null) return 'matched';
  const answer = rule.when(facts);
  // What cannot be evaluated must not open a door: it binds deny and require, and frees nothing.
  if (answer === 'unevaluable') return rule.effect === 'allow' ? 'unevaluable' : 'bound';
  return answer ? 'matched' : 'when';
}

function isHit(rule: Rule, facts: Facts): boolean {
  const meeting = meet(rule, facts);
  return meeting === 'matched' || meeting === 'bound';
}

export function highest(risks: readonly Risk[]): Risk {
  return RISKS[Math.max(...risks.map((risk) => RISKS.indexOf(risk)))] ?? 'critical';
}
