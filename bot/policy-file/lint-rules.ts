import { compileCondition } from '../cel.ts';
import { actionGlobCovers, targetGlobCovers } from './glob-algebra.ts';
import { asList } from './globs.ts';
import type { Lint } from './lint.ts';
import { canReach, hasGroup, isAsker, riskMeets, targetsMeet } from './reach.ts';
import type { PolicyFile } from './schema.ts';

type Rule = PolicyFile['rules'][number];
type Match = Rule['match'];

export function lintRules(lint: Lint): void {
  const { file, warn } = lint;
  for (const [index, rule] of file.rules.entries()) {
    const path = ['rules', index];
    const never = whyNever(file, rule);
    if (never !== null) warn([...path, 'match'], `can never match: ${never}`);
    const over = file.rules.find((other) => hides(other, rule));
    if (over !== undefined) {
      warn(path, `never decides: ${over.id} says ${over.effect} to everything that it matches`);
    }
    if (rule.when !== undefined && isConstant(rule.when))
      warn([...path, 'when'], 'looks at nothing of the request, so its answer is always the same');
    if (rule.replaces_default) warn([...path, 'replaces_default'], replaced(file));
  }
}

function replaced({ default: fallback }: PolicyFile): string {
  return fallback.effect === 'deny'
    ? 'changes nothing: a default that denies is only for what no rule matched'
    : `what plan ${fallback.plan} asks for is not asked here`;
}

/** Why no request can ever meet the match, or null. */
function whyNever(file: PolicyFile, { match }: Rule): string | null {
  if (!targetsMeet(file, match, '**')) return 'its target and its environment have nothing in common';
  const everyone = Object.keys(file.people);
  const groups = asList(match.groups);
  if (!hasGroup(file, match, everyone)) return `nobody is in ${groups.join(' or ')}`;
  if (!riskMeets(file, match, '*'))
    return `no action that it matches has the risk ${asList(match.risk).join(' or ')}`;
  const clients = Object.entries(file.clients).filter(([key, { kind }]) => isAsker(match, key, kind));
  const byPeople = everyone.some((key) => isAsker(match, key, 'human'));
  if (clients.length === 0 && !byPeople) return 'no client or person is such a requester';
  if (clients.some(([key, client]) => canReach(file, key, client, match))) return null;
  if (clients.length === 0) return null;
  return byPeople
    ? null
    : `the lists of ${clients.map(([key]) => key).join(', ')} allow nothing of what it matches`;
}

const STRENGTH = { allow: 0, require: 1, deny: 2 } as const;

/** Whether `over` always matches where `rule` does, and says something stronger. */
function hides(over: Rule, rule: Rule): boolean {
  return (
    STRENGTH[over.effect] > STRENGTH[rule.effect] &&
    over.when === undefined &&
    coversMatch(over.match, rule.match)
  );
}

function coversMatch(outer: Match, inner: Match): boolean {
  const every = (
    wide: string | readonly string[] | undefined,
    narrow: string | readonly string[] | undefined,
    covers: (wide: string, narrow: string) => boolean,
  ) => wide === undefined || (narrow !== undefined && all(asList(narrow), asList(wide), covers));
  const same = (a: string, b: string) => a === b;
  return (
    every(outer.action, inner.action, actionGlobCovers) &&
    every(outer.target, inner.target, targetGlobCovers) &&
    (every(outer.environment, inner.environment, same) ||
      every(outer.environment, environmentsOf(inner.target), same)) &&
    every(outer.requester?.kind, inner.requester?.kind, same) &&
    every(outer.requester?.id, inner.requester?.id, actionGlobCovers) &&
    every(outer.groups, inner.groups, same) &&
    every(outer.risk, inner.risk, same)
  );
}

function all(
  narrow: readonly string[],
  wide: readonly string[],
  covers: (wide: string, narrow: string) => boolean,
): boolean {
  return narrow.every((one) => wide.some((other) => covers(other, one)));
}

/** The environments that the targets name, where each names one in full. */
function environmentsOf(targets: Match['target']): readonly string[] | undefined {
  const named = asList(targets).map((glob) => glob.split('/')[1] ?? '*');
  const systems = asList(targets).map((glob) => glob.split('/')[0] ?? '*');
  const isPlain = named.length > 0 && [...named, ...systems].every((part) => !part.includes('**'));
  return isPlain && named.every((part) => !part.includes('*')) ? named : undefined;
}

function isConstant(when: string): boolean {
  const compiled = compileCondition(when);
  return compiled.ok && compiled.mentions.size === 0;
}
