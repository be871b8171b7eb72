import { createHash } from 'node:crypto';
import { compileCondition } from '../../bot/cel.ts';
import type { Plan } from '../../bot/core/plan.ts';
import type { Condition, Rule } from '../../bot/core/policy.ts';
import { type ClientId, type PersonId, WAYS } from '../../bot/core/request.ts';
import type { Rulebook, Client as RulebookClient } from '../../bot/ports/rulebook.ts';
import {
  CLIENTS,
  type Firm,
  type FirmRule,
  type FreezeRule,
  PEOPLE,
  type Person,
  type PlanRule,
  type Who,
} from './firm.ts';
import { accountOf, DIRECTORY } from './kept.ts';

export function tokenOf(who: Who): string {
  return `kt_model_token_of_${who}`;
}

const HASHES = new Map(
  [...PEOPLE, ...CLIENTS].map((who) => [who, createHash('sha256').update(tokenOf(who)).digest('hex')]),
);
const hashesOf = (who: (typeof PEOPLE)[number] | (typeof CLIENTS)[number]) => [HASHES.get(who) ?? ''];

/** The real CEL, so that what cannot be evaluated is what the library really stumbles over. */
function condition(expression: string): Condition {
  const compiled = compileCondition(expression);
  if (!compiled.ok) throw new Error(`${expression} ${compiled.problem}`);
  return compiled.condition;
}
const CONDITIONS = {
  'over 100': condition('payload.rows > 100'),
  'under 100': condition('payload.rows < 100'),
};

/** The firm as the bot reads it. `groups` carries no member who has left the firm. */
export function toRulebook(firm: Firm, personOf: (key: string) => PersonId): Rulebook {
  const members = (group: string) =>
    inFile(firm, group)
      .filter((person) => firm.people.includes(person))
      .map(personOf);
  return {
    policy: {
      version: firm.version as `sha256:${string}`,
      rules: firm.rules.map((rule) => toRule(rule, personOf)),
      default:
        firm.default === 'deny' ? { effect: 'deny' } : { effect: 'require', plan: toPlan(firm.default) },
      freezes: firm.freezes.map((freeze, index) => ({
        id: `freeze-${index}`,
        match: { action: [freeze.action] },
        windows: { endAt: (at: number) => endOf(freeze, at), next: () => null },
      })),
      breakGlass: firm.glass.map(({ action, who, reasonMin, reviewBy, withinMs }) => ({
        match: { action: [action] },
        who,
        reasonMin,
        notify: [],
        reviewBy,
        reviewWithinMs: withinMs,
      })),
      members,
    },
    policyText: '{}',
    environments: new Set(firm.environments),
    people: new Map(
      firm.people.map((key) => [
        personOf(key),
        {
          id: personOf(key),
          key,
          name: key,
          groups: Object.keys(firm.groups).filter((group) => inFile(firm, group).includes(key)),
          tokenSha256: hashesOf(key),
        },
      ]),
    ),
    clients: new Map(CLIENTS.flatMap((key) => toClient(firm, key, personOf)).map((one) => [one.id, one])),
    workers: new Map(),
    actions: new Map([
      ['db.secret', { risk: 'medium', redact: ['/secret'], execute: null, payloadProblems: () => [] }],
    ]),
    clearFrom: [firm.clearFrom],
    auditors: new Set(firm.auditors.map(personOf)),
    limits: { openPerRequester: firm.openPerRequester, newPerMinute: firm.newPerMinute },
    accounts: new Map(firm.people.map((key) => [accountOf(key), personOf(key)])),
    payloadRetentionMs: 30 * 24 * 60 * 60_000,
    externalGroups: new Map(Object.keys(firm.kept).map((group) => [group, [{ kind: DIRECTORY, id: group }]])),
    unknownGroups: new Set(Object.keys(firm.kept)),
    securityNotices: [],
    text: JSON.stringify({ version: firm.version }),
  };
}

/** Without whom only the directory knows. */
function inFile(firm: Firm, group: string): readonly Person[] {
  return (firm.groups[group] ?? []).filter((person) => person !== firm.kept[group]);
}

function endOf({ everyMs, forMs }: FreezeRule, at: number): number | null {
  const into = at % everyMs;
  return into < forMs ? at - into + forMs : null;
}

function toClient(
  firm: Firm,
  key: (typeof CLIENTS)[number],
  personOf: (key: string) => PersonId,
): readonly RulebookClient[] {
  const client = firm.clients[key];
  if (client === undefined) return [];
  return [
    {
      id: key as string as ClientId,
      kind: client.kind,
      owner: personOf(client.owner),
      mayActFor: new Set(client.mayActFor.map(personOf)),
      actions: client.actions,
      targets: client.targets.map((target) => target.replace(/\*$/, '**')),
      tokenSha256: hashesOf(key),
    },
  ];
}

function toRule(rule: FirmRule, personOf: (key: string) => PersonId): Rule {
  return {
    id: rule.id,
    match: toMatch(rule),
    when: rule.rows === null ? null : CONDITIONS[rule.rows],
    effect: rule.effect,
    plan: rule.plan === null ? null : toPlan(rule.plan),
    risk: rule.critical ? 'critical' : null,
    exclude: rule.exclude.map(personOf),
    tell: null,
    replacesDefault: rule.replacesDefault,
  };
}

function toMatch({ action, only }: FirmRule): Rule['match'] {
  const { environment, target, kind, asker, group, risk } = only;
  return {
    action: [action],
    ...(environment === undefined ? {} : { environment: [environment] }),
    ...(target === undefined ? {} : { target: [target] }),
    ...(kind === undefined ? {} : { requesterKind: [kind] }),
    ...(asker === undefined ? {} : { requesterId: [asker] }),
    ...(group === undefined ? {} : { groups: [group] }),
    ...(risk === undefined ? {} : { risk: [risk] }),
  };
}

function toPlan({ comment, ...plan }: PlanRule): Plan {
  return {
    ...plan,
    comment: { approve: false, reject: comment, flag: comment },
    reviewVia: WAYS,
    remind: [],
    escalate: [],
    notify: [],
  };
}
