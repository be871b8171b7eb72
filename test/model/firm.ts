// The firm that the histories play in, as plain data. The model reads it as it stands here; the bot
// gets it as a rulebook (`to-rulebook.ts`). Nothing of bot/core is used, so that the two can disagree.

export const PEOPLE = ['alice', 'bob', 'carol', 'dora', 'eve'] as const;
export type Person = (typeof PEOPLE)[number];
export const CLIENTS = ['agent', 'ci'] as const;
export type Client = (typeof CLIENTS)[number];
/** `mallory` is a person whom no account maps to, `rogue` a token that nobody issued. */
export type Who = Person | Client | 'mallory' | 'rogue';

export function isClient(who: Who): who is Client {
  return CLIENTS.some((client) => client === who);
}

interface SeatRule {
  readonly from: readonly string[];
  readonly count: number;
}

export interface PlanRule {
  readonly id: string;
  readonly seats: readonly SeatRule[];
  /** Whether a reject and a flag must say why. */
  readonly comment: boolean;
  readonly expiresAfterMs: number;
  readonly usableForMs: number;
  readonly outcomeWithinMs: number;
}

/** What a rule may ask for beside the action. */
interface Only {
  readonly environment?: string;
  /** `*` for one part of system/environment/resource, `**` for any. */
  readonly target?: string;
  readonly kind?: 'human' | 'agent' | 'pipeline';
  readonly asker?: Who;
  /** Of the person who asks, or on whose behalf it is asked. */
  readonly group?: string;
  readonly risk?: 'low' | 'medium';
}

export interface FirmRule {
  readonly id: string;
  /** A name, or a prefix that ends in `*`. */
  readonly action: string;
  /** Of whom and of what else: all that is said must hold. */
  readonly only: Only;
  /** A condition on `payload.rows`. Where that is no number, nobody can evaluate it. */
  readonly rows: 'over 100' | 'under 100' | null;
  readonly effect: 'allow' | 'require' | 'deny';
  readonly plan: PlanRule | null;
  readonly critical: boolean;
  readonly exclude: readonly Person[];
  readonly replacesDefault: boolean;
}

/** Who may approve alone, and who reviews it. */
interface GlassRule {
  readonly action: string;
  readonly who: readonly string[];
  readonly reasonMin: number;
  readonly reviewBy: readonly string[];
  readonly withinMs: number;
}

/** Nothing of it may happen for the first part of each span of time. */
export interface FreezeRule {
  readonly action: string;
  readonly everyMs: number;
  readonly forMs: number;
}

export interface ClientRule {
  readonly kind: 'agent' | 'pipeline';
  readonly owner: Person;
  readonly mayActFor: readonly Person[];
  readonly actions: readonly string[];
  readonly targets: readonly string[];
}

export interface Firm {
  readonly version: string;
  readonly people: readonly Person[];
  readonly groups: Readonly<Record<string, readonly Person[]>>;
  /** Of groups that a directory keeps: the member whom only the directory knows. */
  readonly kept: Readonly<Record<string, Person>>;
  /** Groups of which nobody can say at the moment who is in them. */
  readonly unknown: readonly string[];
  readonly auditors: readonly Person[];
  readonly clearFrom: string;
  readonly clients: Readonly<Partial<Record<Client, ClientRule>>>;
  readonly environments: readonly string[];
  readonly rules: readonly FirmRule[];
  readonly default: PlanRule | 'deny';
  readonly glass: readonly GlassRule[];
  readonly freezes: readonly FreezeRule[];
  readonly openPerRequester: number;
  readonly newPerMinute: number;
}

export const MINUTE = 60_000;

export function planOf(id: string, ...seats: readonly (readonly [from: string, count: number])[]): PlanRule {
  return {
    id,
    seats: seats.map(([from, count]) => ({ from: from.split('+'), count })),
    comment: false,
    expiresAfterMs: 30 * MINUTE,
    usableForMs: 15 * MINUTE,
    outcomeWithinMs: 60 * MINUTE,
  };
}

export function ruleOf(id: string, action: string, more: Partial<FirmRule>): FirmRule {
  return {
    id,
    action,
    only: {},
    rows: null,
    effect: 'require',
    plan: null,
    critical: false,
    exclude: [],
    replacesDefault: false,
    ...more,
  };
}

export const ONE_KEY = planOf('one-key', ['dba', 1]);
export const TWO_KEYS = planOf('two-keys', ['dba', 1], ['security', 1]);
/** Its times are shorter than those of any other, so that it shows which ones count. */
export const WATCH: PlanRule = {
  ...planOf('watch', ['security', 1]),
  expiresAfterMs: 20 * MINUTE,
  usableForMs: 10 * MINUTE,
  outcomeWithinMs: 30 * MINUTE,
};

/** Before any change. Alice owns the agent and is a dba herself; dora sits in both groups; eve in none. */
export const FIRM: Omit<Firm, 'version'> = {
  people: PEOPLE,
  groups: { dba: ['alice', 'bob', 'dora'], security: ['carol', 'dora'], solo: ['alice'] },
  kept: {},
  unknown: [],
  auditors: ['carol'],
  clearFrom: 'security',
  clients: {
    agent: {
      kind: 'agent',
      owner: 'alice',
      mayActFor: ['alice', 'eve'],
      actions: ['db.*'],
      targets: ['postgres/*'],
    },
    ci: {
      kind: 'pipeline',
      owner: 'eve',
      mayActFor: ['eve'],
      actions: ['db.*'],
      targets: ['postgres/prod/*'],
    },
  },
  environments: ['prod', 'dev'],
  rules: [
    ruleOf('two-keys', 'db.export', { plan: TWO_KEYS, replacesDefault: true }),
    ruleOf('critical', 'db.wipe', { plan: ONE_KEY, critical: true }),
    ruleOf('never', 'db.drop', { effect: 'deny' }),
    ruleOf('few-rows', 'db.read', { effect: 'allow', rows: 'under 100' }),
    ruleOf('many-rows', 'db.bulk', { effect: 'deny', rows: 'over 100' }),
    ruleOf('pair', 'db.team', { plan: planOf('pair', ['dba', 2]), replacesDefault: true }),
    ruleOf('either', 'db.either', {
      plan: planOf('either', ['dba+security', 1], ['dba', 1]),
      replacesDefault: true,
    }),
    ruleOf('fence', 'db.fence', {
      plan: WATCH,
      rows: 'over 100',
      exclude: ['bob'],
    }),
    ruleOf('lonely', 'db.lonely', { plan: planOf('lonely', ['solo', 1]), replacesDefault: true }),
  ],
  default: ONE_KEY,
  glass: [{ action: 'db.*', who: ['dba'], reasonMin: 10, reviewBy: ['security'], withinMs: 30 * MINUTE }],
  freezes: [],
  openPerRequester: 20,
  newPerMinute: 30,
};

/** Whether the pattern, a name or a prefix with a star, names the text. */
export function covers(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
}

export function isIn(firm: Firm, who: Who, group: string): boolean {
  return firm.groups[group]?.some((member) => member === who && firm.people.includes(member)) ?? false;
}
