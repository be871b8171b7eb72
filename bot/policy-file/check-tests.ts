import type { Check } from './check.ts';
import type { Path } from './problem.ts';

/** A test about names that are not there would fail for ever, or pass for nothing. */
export function checkTests(check: Check): void {
  const { draft, report } = check;
  const named = new Set<string>();
  for (const [index, test] of (draft.tests ?? []).entries()) {
    const path = ['tests', index];
    if (named.has(test.name)) report([...path, 'name'], 'there is a test of that name already');
    named.add(test.name);
    const { requester } = test.request;
    if (!draft.clients.has(requester) && !draft.people.has(requester))
      report([...path, 'request', 'requester'], `there is no client or person "${requester}"`);
    const { plans = [], rules = [], excluded = [], seats = [] } = test.expect;
    const ids = new Set(draft.rules.map((rule) => rule?.id));
    const known = (names: readonly string[], what: string, at: Path, has: (name: string) => boolean) => {
      for (const [nth, name] of names.entries())
        if (!has(name)) report([...path, 'expect', ...at, nth], `there is no ${what} "${name}"`);
    };
    known(plans, 'plan', ['plans'], (name) => draft.plans.has(name));
    known(rules, 'rule', ['rules'], (name) => ids.has(name));
    known(excluded, 'person', ['excluded'], (name) => draft.people.has(name));
    for (const [nth, { from }] of seats.entries())
      known(from, 'group', ['seats', nth, 'from'], (name) => draft.groups.has(name));
  }
}
