import { compileCondition } from '../cel.ts';
import type { Check } from './check.ts';
import type { Draft } from './draft.ts';
import { actionGlobProblem, asList, targetGlobProblem } from './globs.ts';
import type { Path } from './problem.ts';

type Rule = NonNullable<Draft['rules'][number]>;

export function checkRules(check: Check): void {
  const ids = new Set<string>();
  for (const [index, rule] of check.draft.rules.entries()) {
    if (rule === null) continue;
    const path = ['rules', index];
    if (ids.has(rule.id)) check.report([...path, 'id'], `there is a rule "${rule.id}" already`);
    ids.add(rule.id);
    checkEffect(check, rule, path);
    checkMatch(check, rule.match, [...path, 'match']);
    checkCondition(check, rule, path);
    for (const [at, person] of rule.exclude.entries()) {
      if (!check.draft.people.has(person))
        check.report([...path, 'exclude', at], `there is no person "${person}"`);
    }
  }
}

export function checkDefault({ draft, report }: Check): void {
  const fallback = draft.default;
  if (fallback === null) return;
  if (fallback.effect === 'deny') {
    if (fallback.plan !== undefined) report(['default', 'plan'], 'a default that denies takes no plan');
  } else if (fallback.plan === undefined) report(['default'], 'needs a plan: who would approve?');
  else if (!draft.plans.has(fallback.plan))
    report(['default', 'plan'], `there is no plan "${fallback.plan}"`);
}

function checkEffect({ draft, report }: Check, rule: Rule, path: Path): void {
  if (rule.effect === 'require') {
    if (rule.plan === undefined) report(path, 'needs a plan: who would approve?');
    else if (!draft.plans.has(rule.plan)) report([...path, 'plan'], `there is no plan "${rule.plan}"`);
    return;
  }
  if (rule.plan !== undefined) report([...path, 'plan'], `a rule that says ${rule.effect} takes no plan`);
  if (rule.replaces_default)
    report([...path, 'replaces_default'], 'only a rule that says require replaces the default');
}

export function checkMatch({ draft, report }: Check, match: Rule['match'], path: Path): void {
  const each = <T>(value: T | readonly T[] | undefined, at: Path, problemOf: (item: T) => string | null) => {
    for (const [index, item] of asList(value).entries()) {
      const problem = problemOf(item);
      if (problem !== null) report([...path, ...at, ...(Array.isArray(value) ? [index] : [])], problem);
    }
  };
  each(match.action, ['action'], actionGlobProblem);
  each(match.target, ['target'], (glob) => targetGlobProblem(glob, draft.environments));
  each(match.environment, ['environment'], (name) =>
    draft.environments?.includes(name) === false ? `"${name}" is not declared in environments` : null,
  );
  each(match.groups, ['groups'], (name) => (draft.groups.has(name) ? null : `there is no group "${name}"`));
  each(match.requester?.id, ['requester', 'id'], (id) =>
    id.includes('*') || draft.clients.has(id) || draft.people.has(id)
      ? null
      : `there is no client or person "${id}"`,
  );
}

/** Action and target are what the asker says. Only the payload is what will run. */
function checkCondition({ draft, report }: Check, rule: Rule, path: Path): void {
  const compiled = rule.when === undefined ? null : compileCondition(rule.when);
  if (compiled?.ok === false) report([...path, 'when'], compiled.problem);
  else if (rule.effect === 'allow' && !compiled?.mentions.has('payload') && !hasSchemas(draft, rule)) {
    report(
      compiled === null ? path : [...path, 'when'],
      'a rule that says allow needs a when that looks at the payload, or actions that each have a payload_schema',
    );
  }
}

/** Each action it can match is named in full and has a schema, which looks at every payload. */
function hasSchemas({ actions }: Check['draft'], { match }: Rule): boolean {
  const named = asList(match.action);
  return named.length > 0 && named.every((name) => actions.get(name)?.payload_schema !== undefined);
}
