import { createHash } from 'node:crypto';
import { type Account, toAccount } from '../../bot/core/identity.ts';
import type { Place } from '../../bot/core/place.ts';
import type { Plan } from '../../bot/core/plan.ts';
import type { Policy, Rule } from '../../bot/core/policy.ts';
import { type ClientId, type PersonId, WAYS } from '../../bot/core/request.ts';
import type { ExternalGroup } from '../../bot/ports/directory.ts';
import type { Client, Limits, Person, Rulebook } from '../../bot/ports/rulebook.ts';

/** A small firm: alice owns the agent; bob and dora are dba, carol and dora are security, eve is nobody. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  dba: ['alice', 'bob', 'dora'],
  security: ['carol', 'dora'],
};
export const PEOPLE = ['alice', 'bob', 'carol', 'dora', 'eve'] as const;
export type Who = (typeof PEOPLE)[number] | 'agent' | 'ci';

export function tokenOf(who: Who): string {
  return `${who === 'agent' || who === 'ci' ? 'ktc' : 'ktp'}_test_token_of_${who}_0123456789`;
}

export function workerTokenOf(name: string): string {
  return `ktw_test_token_of_${name}_0123456789`;
}

/** Alice is U01 of workspace T01, and so on. */
export function slackAccountOf(who: Who): string {
  return `T01/U0${(PEOPLE as readonly Who[]).indexOf(who) + 1}`;
}

const hash = (token: string) => createHash('sha256').update(token).digest('hex');

export function plan(id: string, seats: readonly [string, number][], changes: Partial<Plan> = {}): Plan {
  return {
    id,
    seats: seats.map(([group, count]) => ({ from: [group], count })),
    comment: { approve: false, reject: false, flag: false },
    expiresAfterMs: 30 * 60_000,
    usableForMs: 15 * 60_000,
    outcomeWithinMs: 60 * 60_000,
    reviewVia: WAYS,
    remind: [],
    escalate: [],
    // Nowhere, unless a test is about a place: a card that is posted is an entry of the log.
    notify: [],
    ...changes,
  };
}

export function rule(id: string, changes: Partial<Rule>): Rule {
  return {
    id,
    match: {},
    when: null,
    effect: 'require',
    plan: null,
    risk: null,
    exclude: [],
    tell: null,
    replacesDefault: false,
    ...changes,
  };
}

export const ONE_KEY = plan('one-key', [['dba', 1]]);
export const TWO_KEYS = plan('two-keys', [
  ['dba', 1],
  ['security', 1],
]);

export interface RulebookChanges {
  readonly version?: string;
  readonly rules?: readonly Rule[] | ((personOf: (key: Who) => PersonId) => readonly Rule[]);
  readonly default?: Policy['default'];
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly freezes?: Policy['freezes'];
  readonly breakGlass?: Policy['breakGlass'];
  readonly securityNotices?: Rulebook['securityNotices'];
  readonly limits?: Limits;
  /** Carol where nothing is said. */
  readonly auditors?: readonly Who[];
  readonly client?: Partial<Client>;
  readonly redact?: readonly string[];
  readonly actions?: Rulebook['actions'];
  /** Workers on other machines, each with its labels. */
  readonly workers?: Readonly<Record<string, readonly string[]>>;
  /** Who owns a client; alice where nothing is said. */
  readonly owners?: Partial<Record<'agent' | 'ci', Who>>;
  readonly mayActFor?: readonly Who[];
  /** More tokens of the same holder: a rotation, or a second linked account. */
  readonly moreTokens?: Partial<Record<Who, readonly string[]>>;
  /** The only tokens that this holder has. */
  readonly tokens?: Partial<Record<Who, readonly string[]>>;
  /** Where every plan shows its requests, instead of in the room. */
  readonly notify?: readonly Place[];
  /** People who have no Slack account there. */
  readonly withoutSlack?: readonly Who[];
  /** People whom the file no longer names, or says are not active, and clients. */
  readonly gone?: readonly Who[];
  readonly goneClients?: readonly ('agent' | 'ci')[];
  /** Accounts that the file gives to people. */
  readonly accounts?: Readonly<Record<string, Who>>;
  /** Whose tokens the jobs of `ci` come with. */
  readonly oidc?: Client['oidc'];
  /** The outside system whose holds are those of `ci`, and the keys that sign its webhooks. */
  readonly source?: Client['source'];
  readonly webhookKeys?: Client['webhookKeys'];
  readonly externalGroups?: Readonly<Record<string, readonly ExternalGroup[]>>;
}

/** `db.export` needs two keys and replaces the default, `db.drop` is denied, `db.read` runs at once. */
export const RULES: readonly Rule[] = [
  rule('two-keys', { match: { action: ['db.export'] }, plan: TWO_KEYS, replacesDefault: true }),
  rule('critical', { match: { action: ['db.wipe'] }, plan: ONE_KEY, risk: 'critical' }),
  rule('never', { match: { action: ['db.drop'] }, effect: 'deny', tell: 'Nobody drops databases' }),
  rule('reads', {
    match: { action: ['db.read'] },
    effect: 'allow',
    when: (facts) => facts.payload['kind'] === 'sql',
  }),
];

export function aRulebook(personOf: (key: string) => PersonId, changes: RulebookChanges = {}): Rulebook {
  const groups = changes.groups ?? GROUPS;
  const tokensOf = (who: Who) =>
    (changes.tokens?.[who] ?? [tokenOf(who), ...(changes.moreTokens?.[who] ?? [])]).map(hash);
  const given = changes.rules ?? RULES;
  const shownIn = <P extends Plan | null>(one: P): P =>
    one === null || changes.notify === undefined ? one : { ...one, notify: changes.notify };
  const rules = (typeof given === 'function' ? given(personOf) : given).map((one) => ({
    ...one,
    plan: shownIn(one.plan),
  }));
  const otherwise = changes.default ?? { effect: 'require', plan: ONE_KEY };
  const person = (key: Who): Person => ({
    id: personOf(key),
    key,
    name: key,
    groups: Object.keys(groups).filter((group) => groups[group]?.includes(key)),
    tokenSha256: tokensOf(key),
  });
  const client = (id: 'agent' | 'ci', kind: Client['kind']): Client => ({
    id: id as string as ClientId,
    kind,
    owner: personOf(changes.owners?.[id] ?? 'alice'),
    mayActFor: new Set((changes.mayActFor ?? ['alice', 'eve']).map(personOf)),
    actions: ['db.*', 'command.*'],
    targets: ['postgres/**', 'laptop/**'],
    tokenSha256: tokensOf(id),
    oidc: id === 'ci' ? (changes.oidc ?? null) : null,
    source: id === 'ci' ? (changes.source ?? null) : null,
    webhookKeys: id === 'ci' ? (changes.webhookKeys ?? []) : [],
    ...changes.client,
  });
  const here = PEOPLE.filter((key) => !changes.gone?.includes(key));
  return {
    policy: {
      version: `sha256:${(changes.version ?? '1').padStart(64, '0')}`,
      rules,
      default: otherwise.effect === 'deny' ? otherwise : { ...otherwise, plan: shownIn(otherwise.plan) },
      freezes: changes.freezes ?? [],
      breakGlass: changes.breakGlass ?? [],
      members: (group) =>
        (groups[group] ?? []).filter((key) => !changes.gone?.includes(key as Who)).map(personOf),
    },
    policyText: '{}',
    environments: new Set(['prod', 'dev']),
    people: new Map(here.map((key) => [personOf(key), person(key)])),
    clients: new Map(
      [client('agent', 'agent'), client('ci', 'pipeline')]
        .filter(({ id }) => !changes.goneClients?.some((gone) => gone === id))
        .map((one) => [one.id, one]),
    ),
    workers: new Map(
      Object.entries(changes.workers ?? {}).map(([name, labels]) => [
        name,
        { name, labels, tokenSha256: [hash(workerTokenOf(name))] },
      ]),
    ),
    actions: new Map([
      [
        'db.secret',
        { risk: 'medium', redact: changes.redact ?? ['/secret'], execute: null, payloadProblems: () => [] },
      ],
      ...(changes.actions ?? []),
    ]),
    clearFrom: ['security'],
    auditors: new Set((changes.auditors ?? ['carol']).map(personOf)),
    limits: changes.limits ?? { openPerRequester: 20, newPerMinute: 30 },
    accounts: new Map([
      ...here
        .filter((who) => !changes.withoutSlack?.includes(who))
        .map((who) => [toAccount('slack', slackAccountOf(who)), personOf(who)] as const),
      ...Object.entries(changes.accounts ?? {}).map(([one, who]) => [one as Account, personOf(who)] as const),
    ]),
    payloadRetentionMs: 30 * 24 * 60 * 60_000,
    externalGroups: new Map(Object.entries(changes.externalGroups ?? {})),
    unknownGroups: new Set(Object.keys(changes.externalGroups ?? {})),
    securityNotices: changes.securityNotices ?? [],
    text: JSON.stringify({ version: changes.version ?? '1' }),
  };
}
