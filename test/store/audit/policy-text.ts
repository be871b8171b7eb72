import { canonicalJson, type Json } from '../../../bot/core/canonical-json.ts';
import type { Plan } from '../../../bot/core/plan.ts';
import type { Rule } from '../../../bot/core/policy.ts';
import type { PersonId } from '../../../bot/core/request.ts';

/** A policy as the log keeps its text, as far as these tests look at it. */
export function policyTextOf(
  plans: readonly Plan[],
  policy: { readonly rules: readonly Rule[]; readonly groups: Readonly<Record<string, readonly string[]>> },
  personOf: (key: string) => PersonId,
): string {
  const groups = Object.entries(policy.groups).map(([group, keys]) => [
    group,
    { members: keys.map(personOf) },
  ]);
  const rules = [
    { id: 'two-dbas', effect: 'require', plan: 'two-dbas' },
    ...policy.rules.map(({ id, effect }) => ({ id, effect })),
  ];
  return canonicalJson({
    groups: Object.fromEntries(groups) as Json,
    plans: Object.fromEntries(plans.map(({ id, seats }) => [id, { seats }])) as unknown as Json,
    rules,
    default: { effect: 'require', plan: 'two-keys' },
  });
}
