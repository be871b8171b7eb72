import type { Mutant } from './mutants.ts';

/**
 * Changes that break what domain.md says of rules, plans and seats. The model itself has to see them:
 * most of these rules are no invariant of their own.
 */
export const POLICY_MUTANTS: readonly (readonly [rule: string, readonly Mutant[]])[] = [
  [
    'rules and the default',
    [
      {
        does: 'lets a require win over a deny',
        file: 'bot/core/policy.ts',
        from: "if (hits.some((rule) => rule.effect === 'deny')) return 'deny';",
        to: "if (hits.every((rule) => rule.effect === 'deny')) return 'deny';",
      },
      {
        does: 'lets an allow win over a require',
        file: 'bot/core/policy.ts',
        from: "return hits.some((rule) => rule.effect === 'require') ? 'require' : 'allow';",
        to: "return hits.some((rule) => rule.effect === 'allow') ? 'allow' : 'require';",
      },
      {
        does: 'allows what no rule matches',
        file: 'bot/core/policy.ts',
        from: 'if (hits.length === 0) return fallback;',
        to: "if (hits.length === 0) return 'allow';",
      },
      {
        does: 'forgets the plan of the default beside that of a rule',
        file: 'bot/core/policy.ts',
        from: 'const replaced = counted.some((rule) => rule.replacesDefault);',
        to: 'const replaced = counted.length > 0;',
      },
      {
        does: 'forgets whom a rule excludes',
        file: 'bot/core/policy.ts',
        from: 'rule.exclude.map((person) => ({',
        to: '[].map((person) => ({',
      },
      {
        does: 'takes the longest time of all plans',
        file: 'bot/core/plan.ts',
        from: 'Math.min(...plans.map(time))',
        to: 'Math.max(...plans.map(time))',
      },
      {
        does: 'takes the first count of a seat that two plans have',
        file: 'bot/core/plan.ts',
        from: 'if (known === undefined || known.count < seat.count)',
        to: 'if (known === undefined)',
      },
      {
        does: 'demands a comment only where every plan does',
        file: 'bot/core/plan.ts',
        from: 'reject: a.reject || b.reject,',
        to: 'reject: a.reject && b.reject,',
      },
      {
        does: 'does not raise the risk by a rule',
        file: 'bot/core/policy.ts',
        from: '...hits.flatMap((rule) => rule.risk ?? [])',
        to: '',
      },
      {
        does: 'creates what is critical with somebody unknown behind it',
        file: 'bot/core/lifecycle/submit.ts',
        from: "if (effect !== 'deny' && isTooUnsure(asked, demands.risk))",
        to: 'if (false)',
      },
      {
        does: 'approves what is critical with somebody unknown behind it',
        file: 'bot/core/lifecycle/review.ts',
        from: 'if (isTooUnsure(request, request.demands.risk))',
        to: 'if (false)',
      },
      {
        does: 'releases what is critical with somebody unknown behind it',
        file: 'bot/core/lifecycle/release.ts',
        from: 'if (isTooUnsure(request, request.demands.risk))',
        to: 'if (false)',
      },
      {
        does: 'creates what nobody could ever approve',
        file: 'bot/core/lifecycle/submit.ts',
        from: '(demands.seats.length === 0 || !canBeFilled(demands))',
        to: 'demands.seats.length === 0',
      },
    ],
  ],
  [
    'what a rule is about',
    [
      {
        does: 'takes every environment for that of the rule',
        file: 'bot/core/match.ts',
        from: 'environment.includes(name)',
        to: 'true',
      },
      {
        does: 'takes every target for that of the rule',
        file: 'bot/core/match.ts',
        from: 'anyOf(target.map(targetGlob), (facts) => targetText(facts.target))',
        to: '() => true',
      },
      {
        does: 'lets one star stand for many parts of a target',
        file: 'bot/core/glob.ts',
        from: "slashes < 2 ? 'part' : 'any'",
        to: "'any'",
      },
      {
        does: 'takes whatever asks for what the rule means',
        file: 'bot/core/match.ts',
        from: 'requesterKind.includes(kind)',
        to: 'true',
      },
      {
        does: 'takes whoever asks for whom the rule means',
        file: 'bot/core/match.ts',
        from: 'anyOf(requesterId.map(actionGlob), (facts) => facts.requester.id)',
        to: '() => true',
      },
      {
        does: 'takes everybody for a member of the group',
        file: 'bot/core/match.ts',
        from: 'groups.some((group) => facts.groups.includes(group))',
        to: 'true',
      },
      {
        does: 'looks at the groups of who asks, and not of whom it is for',
        file: 'bot/app/policy-facts.ts',
        from: 'onBehalfOf ?? (requester.id as PersonId)',
        to: 'requester.id as PersonId',
      },
      {
        does: 'takes every risk for that of the rule',
        file: 'bot/core/match.ts',
        from: 'risk.includes(facts.risk)',
        to: 'true',
      },
      {
        does: 'creates more a minute than the limit says',
        file: 'bot/app/limit-reached.ts',
        from: 'tx.countSince(caller.id, at - MINUTE_MS, newPerMinute) >= newPerMinute',
        to: 'tx.countSince(caller.id, at - MINUTE_MS, newPerMinute) > newPerMinute',
      },
    ],
  ],
  [
    'seats, over every policy since',
    [
      {
        does: 'judges an open request by the last policy alone',
        file: 'bot/core/lifecycle/reevaluate.ts',
        from: 'addSeats(held.seats, evaluation.seats)',
        to: 'addSeats([], evaluation.seats)',
      },
      {
        does: 'judges an open request by the first policy alone',
        file: 'bot/core/lifecycle/reevaluate.ts',
        from: 'addSeats(held.seats, evaluation.seats)',
        to: 'addSeats(held.seats, [])',
      },
      {
        does: 'keeps approved what has lost a vote',
        file: 'bot/core/lifecycle/reevaluate.ts',
        from: 'return stillApproved(after, now) ? accept(reevaluated)',
        to: 'return true ? accept(reevaluated)',
      },
      {
        does: 'gives a vote back to somebody who left and came again',
        file: 'bot/core/lifecycle/reevaluate.ts',
        from: 'return { ...seat, candidates: stillIn(seat.from, seat.candidates, now) };',
        to: 'return seat;',
      },
      {
        does: 'counts the vote of somebody who has left',
        file: 'bot/core/lifecycle/eligibility.ts',
        from: ' && seat.from.some((group) => groups.includes(group))',
        to: '',
      },
      {
        does: 'forgets whom a new policy excludes',
        file: 'bot/core/lifecycle/reevaluate.ts',
        from: 'exclusions: allExclusions(held.exclusions, evaluation.exclusions),',
        to: 'exclusions: held.exclusions,',
      },
      {
        does: 'does not deny what a new policy denies',
        file: 'bot/core/lifecycle/reevaluate.ts',
        from: "if (evaluation.effect === 'deny') {",
        to: 'if (false) {',
      },
      {
        does: 'leaves an approved request usable for longer than a new policy does',
        file: 'bot/core/lifecycle/reevaluate.ts',
        from: 'usableForMs: Math.min(demands.usableForMs, usableForMs)',
        to: 'usableForMs: demands.usableForMs',
      },
      {
        does: 'takes a lower risk from a new policy',
        file: 'bot/core/lifecycle/reevaluate.ts',
        from: 'risk: highest([held.risk, evaluation.risk])',
        to: 'risk: evaluation.risk',
      },
    ],
  ],
];
