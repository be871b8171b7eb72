import type { JsonObject } from './canonical-json.ts';
import type { Digest } from './digest.ts';
import { matchesAction, matchesTarget } from './glob.ts';
import { type Place, toPlace } from './place.ts';
import { candidatesOf, mergePlans, type Plan } from './plan.ts';
import type { CommentRules, Exclusion, Instant, PersonId, Requester, Risk, Seat, Target } from './request.ts';
import { RISKS } from './request.ts';

/** What a rule can look at. Ids are the config's keys, as they are written there. */
export interface Facts {
  readonly action: string;
  readonly target: Target;
  readonly requester: { readonly id: string; readonly kind: Requester['kind'] };
  readonly onBehalfOf: string | null;
  /** Groups of the person who asks, or on whose behalf it is asked. */
  readonly groups: readonly string[];
  readonly payload: JsonObject;
  /** The action's configured risk. */
  readonly risk: Risk;
  readonly now: Instant;
}

/** A compiled `when`. It MUST NOT throw, and MUST answer `unevaluable` for anything but a boolean. */
export type Condition = (facts: Facts) => boolean | 'unevaluable';

export interface Match {
  readonly action?: readonly string[];
  readonly target?: readonly string[];
  readonly environment?: readonly string[];
  readonly requesterKind?: readonly Requester['kind'][];
  readonly requesterId?: readonly string[];
  readonly groups?: readonly string[];
  readonly risk?: readonly Risk[];
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
  readonly members: (group: string) => readonly PersonId[];
}

/** What the policy says of one request: deny, allow, or the merged plan. */
export interface Evaluation {
  readonly effect: 'deny' | 'require' | 'allow';
  readonly rules: readonly string[];
  readonly plans: readonly string[];
  readonly risk: Risk;
  readonly seats: readonly Seat[];
  readonly exclusions: readonly Exclusion[];
  readonly comment: CommentRules;
  readonly expiresAfterMs: number;
  readonly usableForMs: number;
  readonly outcomeWithinMs: number;
  readonly notify: readonly Place[];
  readonly tell: string | null;
}

/** For requests that no plan governs: released at once, or denied. */
const NO_PLAN = {
  seats: [],
  comment: { approve: false, reject: false, flag: false },
  expiresAfterMs: 15 * 60_000,
  usableForMs: 15 * 60_000,
  outcomeWithinMs: 60 * 60_000,
  notify: [toPlace('room')],
} as const;

export function evaluate(policy: Policy, facts: Facts): Evaluation {
  const hits = policy.rules.filter((rule) => ruleMatches(rule, facts));
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

function ruleMatches(rule: Rule, facts: Facts): boolean {
  const { match } = rule;
  const listed = <T>(list: readonly T[] | undefined, test: (item: T) => boolean) =>
    list === undefined || list.some(test);
  const fits =
    listed(match.action, (glob) => matchesAction(glob, facts.action)) &&
    listed(match.target, (glob) => matchesTarget(glob, facts.target)) &&
    listed(match.environment, (name) => name === facts.target.environment) &&
    listed(match.requesterKind, (kind) => kind === facts.requester.kind) &&
    listed(match.requesterId, (glob) => matchesAction(glob, facts.requester.id)) &&
    listed(match.groups, (group) => facts.groups.includes(group)) &&
    listed(match.risk, (risk) => risk === facts.risk);
  if (!fits || rule.when === null) return fits;
  const answer = rule.when(facts);
  // What cannot be evaluated must not open a door: it binds deny and require, and frees nothing.
  return answer === 'unevaluable' ? rule.effect !== 'allow' : answer;
}

export function highest(risks: readonly Risk[]): Risk {
  return RISKS[Math.max(...risks.map((risk) => RISKS.indexOf(risk)))] ?? 'critical';
}
