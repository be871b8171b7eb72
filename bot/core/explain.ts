import type { Facts } from './match.ts';
import { type Evaluation, evaluate, type Meeting, meet, type Policy, type Rule } from './policy.ts';
import type { Exclusion, PersonId, Seat } from './request.ts';

/** What became of one rule, and why. */
export interface ExplainedRule {
  readonly rule: Rule;
  readonly meeting: Meeting;
  /** It matched and decides. Otherwise it did not match, or a stronger effect won. */
  readonly counts: boolean;
}

/** Who may sit on one seat, and who of its groups may not. */
export interface ExplainedSeat {
  readonly from: readonly string[];
  readonly count: number;
  readonly open: readonly PersonId[];
  readonly out: readonly Exclusion[];
  /** Could when it was asked, and have left the groups since. */
  readonly left: readonly PersonId[];
}

export interface ExplainedPolicy {
  readonly rules: readonly ExplainedRule[];
  readonly evaluation: Evaluation;
  /** Whether the default has a say: it was not replaced, or no rule matched. */
  readonly usesDefault: boolean;
}

export function explainPolicy(policy: Policy, facts: Facts): ExplainedPolicy {
  const evaluation = evaluate(policy, facts);
  const rules = policy.rules.map((rule) => {
    const meeting = meet(rule, facts);
    const isHit = meeting === 'matched' || meeting === 'bound';
    return { rule, meeting, counts: isHit && rule.effect === evaluation.effect };
  });
  const counted = rules.filter(({ counts }) => counts);
  const isReplaced = counted.some(({ rule }) => rule.replacesDefault);
  const merges = policy.default.effect === 'require' && evaluation.effect === 'require' && !isReplaced;
  const usesDefault = counted.length === 0 || merges;
  return { rules, evaluation, usesDefault };
}

export function explainSeats(
  seats: readonly Seat[],
  exclusions: readonly Exclusion[],
  groupsOf: (person: PersonId) => readonly string[],
): readonly ExplainedSeat[] {
  return seats.map(({ from, count, candidates }) => {
    const inside = candidates.filter((one) => !exclusions.some(({ person }) => person === one));
    const stays = (person: PersonId) => groupsOf(person).some((group) => from.includes(group));
    const out = exclusions.filter(({ person }) => candidates.includes(person));
    const left = inside.filter((person) => !stays(person));
    return { from, count, open: inside.filter(stays), out, left };
  });
}
