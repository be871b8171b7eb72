import { createHash } from 'node:crypto';
import {
  type ClientRule,
  FIRM,
  type Firm,
  type FirmRule,
  MINUTE,
  ONE_KEY,
  type Person,
  type PlanRule,
  planOf,
  ruleOf,
  TWO_KEYS,
  WATCH,
} from './firm.ts';
import { keeping } from './kept.ts';

type Draft = Omit<Firm, 'version'>;

const without = (from: string, person: Person) => (firm: Draft) => ({
  ...firm,
  groups: { ...firm.groups, [from]: (firm.groups[from] ?? []).filter((member) => member !== person) },
});
const withMember = (to: string, person: Person) => (firm: Draft) => ({
  ...firm,
  groups: { ...firm.groups, [to]: [...(firm.groups[to] ?? []), person] },
});
const withRule = (added: FirmRule) => (firm: Draft) => ({ ...firm, rules: [...firm.rules, added] });
const instead = (id: string, rule: FirmRule) => (firm: Draft) => ({
  ...firm,
  rules: firm.rules.map((old) => (old.id === id ? rule : old)),
});
const everyPlan = (change: Partial<PlanRule>) => (firm: Draft) => ({
  ...firm,
  rules: firm.rules.map((rule) =>
    rule.plan === null ? rule : { ...rule, plan: { ...rule.plan, ...change } },
  ),
  default: firm.default === 'deny' ? firm.default : { ...firm.default, ...change },
});
const agent = (change: Partial<ClientRule>) => (firm: Draft) =>
  firm.clients.agent === undefined
    ? firm
    : { ...firm, clients: { ...firm.clients, agent: { ...firm.clients.agent, ...change } } };

/** What an operator may write into the policy file, by the name that a counterexample shows. */
const CHANGES = {
  'bob leaves dba': without('dba', 'bob'),
  'bob leaves the firm': (firm) => ({
    ...without('dba', 'bob')(firm),
    people: firm.people.filter((person) => person !== 'bob'),
  }),
  'dora leaves security': without('security', 'dora'),
  'dora leaves dba': without('dba', 'dora'),
  'eve joins dba': withMember('dba', 'eve'),
  'eve joins security': withMember('security', 'eve'),
  'export needs one key': instead(
    'two-keys',
    ruleOf('two-keys', 'db.export', { plan: ONE_KEY, replacesDefault: true }),
  ),
  'export needs three': instead(
    'two-keys',
    ruleOf('two-keys', 'db.export', {
      plan: planOf('three', ['dba', 2], ['security', 1]),
      replacesDefault: true,
    }),
  ),
  'export denied': withRule(ruleOf('no-export', 'db.export', { effect: 'deny' })),
  'export allowed': instead(
    'two-keys',
    ruleOf('two-keys', 'db.export', { effect: 'allow', rows: 'under 100' }),
  ),
  'migrate denied': withRule(ruleOf('no-migrate', 'db.migrate', { effect: 'deny', rows: 'over 100' })),
  'migrate allowed': withRule(ruleOf('free-migrate', 'db.migrate', { effect: 'allow', rows: 'under 100' })),
  'migrate needs security': withRule(ruleOf('watched', 'db.migrate', { plan: WATCH })),
  'migrate is critical': withRule(ruleOf('hot', 'db.migrate', { plan: ONE_KEY, critical: true })),
  'read needs a key': withRule(ruleOf('no-free-read', 'db.read', { plan: ONE_KEY })),
  'bob excluded': withRule(ruleOf('not-bob', 'db.*', { plan: ONE_KEY, exclude: ['bob'] })),
  'dev is denied': withRule(ruleOf('no-dev', 'db.*', { effect: 'deny', only: { environment: 'dev' } })),
  'one part of a target denied': withRule(
    ruleOf('one-part', 'db.*', { effect: 'deny', only: { target: 'postgres/*' } }),
  ),
  'bulk is watched wherever it is': withRule(
    ruleOf('every-bulk', 'db.bulk', { plan: WATCH, only: { target: 'postgres/*/orders' } }),
  ),
  'people are watched': withRule(ruleOf('people', 'db.*', { plan: WATCH, only: { kind: 'human' } })),
  'ci needs two': withRule(ruleOf('ci', 'db.*', { plan: TWO_KEYS, only: { asker: 'ci' } })),
  'what alice wants is watched': withRule(
    ruleOf('for-solo', 'db.*', { plan: WATCH, only: { group: 'solo' } }),
  ),
  'low risk denied': withRule(ruleOf('no-low', 'db.*', { effect: 'deny', only: { risk: 'low' } })),
  'default denies': (firm) => ({ ...firm, default: 'deny' }),
  'default needs two': (firm) => ({ ...firm, default: TWO_KEYS }),
  'comments demanded': everyPlan({ comment: true }),
  'short expiry': everyPlan({ expiresAfterMs: 5 * MINUTE }),
  'short use': everyPlan({ usableForMs: 2 * MINUTE }),
  'short outcome': everyPlan({ outcomeWithinMs: 10 * MINUTE }),
  'agent belongs to bob': agent({ owner: 'bob' }),
  'agent may only read': agent({ actions: ['db.read'] }),
  'agent acts for nobody': agent({ mayActFor: [] }),
  'agent is gone': (firm) => ({
    ...firm,
    clients: firm.clients.ci === undefined ? {} : { ci: firm.clients.ci },
  }),
  'freeze now and then': (firm) => ({
    ...firm,
    freezes: [{ action: 'db.*', everyMs: 30 * MINUTE, forMs: 10 * MINUTE }],
  }),
  'exports are frozen': (firm) => ({
    ...firm,
    freezes: [...firm.freezes, { action: 'db.export', everyMs: 60 * MINUTE, forMs: 60 * MINUTE }],
  }),
  'no break-glass': (firm) => ({ ...firm, glass: [] }),
  'longer reasons': (firm) => ({ ...firm, glass: firm.glass.map((rule) => ({ ...rule, reasonMin: 50 })) }),
  'only alice reviews glass': (firm) => ({
    ...firm,
    glass: firm.glass.map((rule) => ({ ...rule, reviewBy: ['solo'] })),
  }),
  'security breaks glass too': (firm) => ({
    ...firm,
    glass: [
      ...firm.glass,
      { action: 'db.*', who: ['security'], reasonMin: 5, reviewBy: ['dba'], withinMs: 20 * MINUTE },
    ],
  }),
  'a directory keeps security': keeping('security'),
  'a directory keeps dba': keeping('dba'),
  'dba clears': (firm) => ({ ...firm, clearFrom: 'dba' }),
  'no dev': (firm) => ({ ...firm, environments: ['prod'] }),
  'low limits': (firm) => ({ ...firm, openPerRequester: 2 }),
  'one a minute': (firm) => ({ ...firm, newPerMinute: 1 }),
} satisfies Readonly<Record<string, (firm: Draft) => Draft>>;

export type Change = keyof typeof CHANGES;
export const ALL_CHANGES = Object.keys(CHANGES) as readonly Change[];

/** The firm with these changes, in the order they are listed above. */
export function firmWith(changes: readonly Change[]): Firm {
  const made = ALL_CHANGES.filter((change) => changes.includes(change));
  const version = `sha256:${createHash('sha256').update(made.join()).digest('hex')}`;
  const draft = made.reduce((firm: Draft, change) => (CHANGES[change] as (firm: Draft) => Draft)(firm), FIRM);
  return { ...draft, version };
}
