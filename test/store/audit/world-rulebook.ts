import type { BreakGlassRule } from '../../../bot/core/break-glass.ts';
import { sha256Hex } from '../../../bot/core/digest.ts';
import type { Plan } from '../../../bot/core/plan.ts';
import type { Rule } from '../../../bot/core/policy.ts';
import { type ClientId, type PersonId, WAYS } from '../../../bot/core/request.ts';
import type { Client, Person, Rulebook } from '../../../bot/ports/rulebook.ts';
import { policyTextOf } from './policy-text.ts';

export const MINUTE = 60_000;

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  dba: ['alice', 'bob', 'carol'],
  security: ['dave', 'erin', 'carol'],
  leads: ['frank'],
};
/** Everybody, by the key that a policy file has for them. */
export const KEYS = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'olga', 'paul'];

const NO_COMMENT = { approve: false, reject: false, flag: false };
const plan = (id: string, seats: Plan['seats'], more: Partial<Plan> = {}): Plan => ({
  id,
  seats,
  comment: { ...NO_COMMENT, reject: true, flag: true },
  expiresAfterMs: 30 * MINUTE,
  usableForMs: 15 * MINUTE,
  outcomeWithinMs: 60 * MINUTE,
  reviewVia: WAYS,
  remind: [],
  escalate: [],
  notify: [],
  ...more,
});

const TWO_KEYS = plan('two-keys', [
  { from: ['dba'], count: 1 },
  { from: ['security'], count: 1 },
]);
const TWO_DBAS = plan('two-dbas', [{ from: ['dba'], count: 2 }]);

const rule = (id: string, action: string, effect: Rule['effect'], more: Partial<Rule> = {}): Rule => ({
  id,
  match: { action: [action] },
  when: null,
  effect,
  plan: null,
  risk: null,
  exclude: [],
  tell: null,
  replacesDefault: false,
  ...more,
});

/** What a policy of these tests can differ in. */
export interface Wishes {
  readonly version: number;
  readonly rules?: readonly Rule[];
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly breakGlass?: readonly BreakGlassRule[];
}

export const MORE_RULES = {
  denyExports: rule('no-more-exports', 'db.export', 'deny', { tell: 'not today' }),
  denyErase: rule('no-erase', 'db.erase', 'deny'),
  leadToo: rule('lead-too', 'db.*', 'require', {
    plan: plan('lead', [{ from: ['leads'], count: 1 }], { usableForMs: 5 * MINUTE }),
  }),
  noAlice: (alice: PersonId) => rule('no-alice', 'db.*', 'require', { exclude: [alice] }),
} as const;

export function toRulebook(
  personOf: (key: string) => PersonId,
  { version, rules = [], groups = GROUPS, breakGlass = [] }: Wishes,
): Rulebook {
  const people = new Map<PersonId, Person>();
  for (const key of KEYS) {
    const of = Object.keys(groups).filter((group) => groups[group]?.includes(key));
    people.set(personOf(key), { id: personOf(key), key, name: key, groups: of, tokenSha256: [] });
  }
  const clients = new Map<ClientId, Client>();
  for (const [key, kind] of [
    ['bot-1', 'agent'],
    ['ci-1', 'pipeline'],
  ] as const) {
    const mayActFor = new Set([personOf('olga'), personOf('alice')]);
    const id = key as ClientId;
    clients.set(id, {
      id,
      kind,
      owner: personOf('olga'),
      mayActFor,
      actions: ['**'],
      targets: ['**'],
      tokenSha256: [],
    });
  }
  return {
    policy: {
      version: `sha256:${sha256Hex(`policy ${version}`)}`,
      rules: [
        rule('reads', 'db.read', 'allow'),
        rule('drops', 'db.drop', 'deny'),
        rule('two-dbas', 'db.migrate', 'require', { plan: TWO_DBAS, replacesDefault: true }),
        rule('keys', 'key.rotate', 'require', { plan: TWO_KEYS, risk: 'critical' }),
        ...rules,
      ],
      default: { effect: 'require', plan: TWO_KEYS },
      freezes: [],
      breakGlass,
      members: (group) => (groups[group] ?? []).map(personOf),
    },
    policyText: policyTextOf([TWO_KEYS, TWO_DBAS], { rules, groups }, personOf),
    environments: new Set(['prod']),
    people,
    clients,
    workers: new Map(),
    actions: new Map(),
    clearFrom: ['security'],
    auditors: new Set([personOf('paul')]),
    limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
    securityNotices: [],
    accounts: new Map(),
    payloadRetentionMs: 30 * 24 * 60 * 60_000,
    externalGroups: new Map(),
    unknownGroups: new Set(),
    text: JSON.stringify({ version }),
  };
}
