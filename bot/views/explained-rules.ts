import type { Explanation } from '../app/foresee-submission.ts';
import type { ExplainedRule } from '../core/explain.ts';
import type { Facts, Match } from '../core/match.ts';
import type { Policy } from '../core/policy.ts';
import { visible } from '../core/visible.ts';

/** Beyond these, rules that did not match are only counted: a policy may have thousands. */
const MOST_MISSES = 25;

/** Every rule that matched, then those that came nearest, each with why. */
export function ruleLines({ policy, facts }: Explanation, { default: fallback }: Policy): string[] {
  const hits = policy.rules.filter(isHit);
  const misses = policy.rules.filter((rule) => !isHit(rule));
  const near = misses.length <= MOST_MISSES ? misses : misses.filter(({ meeting }) => meeting !== 'action');
  const shown = near.slice(0, MOST_MISSES);
  const unseen = misses.length - shown.length;
  const width = Math.max(7, ...[...hits, ...shown].map(({ rule }) => rule.id.length));
  const line = (mark: string, id: string, what: string) => `  ${mark} ${id.padEnd(width)}  ${what}`;
  const wants = fallback.effect === 'deny' ? 'deny' : `require ${fallback.plan.id}`;
  return [
    'Rules',
    ...hits.map((one) => line(one.counts ? '✔' : '·', one.rule.id, hitText(one, policy.evaluation.effect))),
    line(policy.usesDefault ? '✔' : '·', 'default', `${wants}${defaultText(policy)}`),
    ...shown.map((one) => line('✘', one.rule.id, missText(one, facts))),
    ...(unseen === 0 ? [] : [`  and ${unseen} more that did not match`]),
  ];
}

function isHit({ meeting }: ExplainedRule): boolean {
  return meeting === 'matched' || meeting === 'bound';
}

function hitText({ rule, meeting, counts }: ExplainedRule, winner: string): string {
  const { effect, plan, risk, replacesDefault, when } = rule;
  const parts = [
    `${effect}${plan === null ? '' : ` ${plan.id}`}`,
    ...(replacesDefault ? ['replaces the default'] : []),
    ...(risk === null ? [] : [`risk ${risk}`]),
    ...(when === null ? [] : [whenText(meeting, when.source)]),
    ...(counts ? [] : [`but ${winner} wins`]),
  ];
  return parts.join(', ');
}

function whenText(meeting: ExplainedRule['meeting'], source: string | undefined): string {
  const text = oneLine(source);
  return meeting === 'bound'
    ? `when cannot be evaluated for this request, so the rule binds${text}`
    : `when is true${text}`;
}

function defaultText({ usesDefault, rules, evaluation }: Explanation['policy']): string {
  const counted = rules.filter(({ counts }) => counts);
  if (usesDefault) return counted.length === 0 ? ': no rule matched' : ', added to what the rules ask for';
  const replacing = counted.filter(({ rule }) => rule.replacesDefault).map(({ rule }) => rule.id);
  return replacing.length > 0
    ? `: replaced by ${replacing.join(', ')}`
    : `: not asked, a rule says ${evaluation.effect}`;
}

const NAMES: Readonly<Record<keyof Match, string>> = {
  action: 'action',
  target: 'target',
  environment: 'environment',
  requesterKind: 'requester kind',
  requesterId: 'requester',
  groups: 'groups',
  risk: 'risk of the action',
};

function missText({ rule, meeting }: ExplainedRule, facts: Facts): string {
  if (meeting === 'when') return `when is false${oneLine(rule.when?.source)}`;
  if (meeting === 'unevaluable') {
    return `when cannot be evaluated for this request, so it frees nothing${oneLine(rule.when?.source)}`;
  }
  if (meeting === 'matched' || meeting === 'bound') return '';
  return `${NAMES[meeting]} is ${have(meeting, facts)}, it wants ${listText(rule.match[meeting] ?? [])}`;
}

function have(part: keyof Match, { action, target, requester, groups, risk }: Facts): string {
  switch (part) {
    case 'action':
      return action;
    case 'target':
      return `${target.system}/${target.environment}/${target.resource}`;
    case 'environment':
      return target.environment;
    case 'requesterKind':
      return requester.kind;
    case 'requesterId':
      return requester.id;
    case 'groups':
      return groups.length === 0 ? 'none' : listText(groups, 'and');
    case 'risk':
      return risk;
  }
}

function listText(words: readonly string[], last: 'or' | 'and' = 'or'): string {
  const shown = words.length > 4 ? [...words.slice(0, 3), `${words.length - 3} more`] : words;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} ${last} ${shown.at(-1)}`;
}

const LONGEST = 160;

/** The policy's own words, on one line and without anything that could move the cursor. */
function oneLine(source: string | undefined): string {
  if (source === undefined) return '';
  const text = visible(source.replaceAll(/\s+/g, ' ').trim());
  return `: ${text.length > LONGEST ? `${[...text].slice(0, LONGEST).join('')}…` : text}`;
}
