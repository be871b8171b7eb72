import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptPolicy } from '../../../bot/app/adopt-policy.ts';
import { clearRequester } from '../../../bot/app/clear-requester.ts';
import { consumeRequest } from '../../../bot/app/consume-request.ts';
import type { Caller, Context, PersonCaller } from '../../../bot/app/context.ts';
import { enrolPeople } from '../../../bot/app/enrol-people.ts';
import { cancelAbandoned, expireDue } from '../../../bot/app/expire-due.ts';
import { createPresence } from '../../../bot/app/presence.ts';
import { reportOutcome } from '../../../bot/app/report-outcome.ts';
import { reviewRequest } from '../../../bot/app/review-request.ts';
import { submitRequest } from '../../../bot/app/submit-request.ts';
import { trustedTime } from '../../../bot/app/time.ts';
import { viewPayload } from '../../../bot/app/view-payload.ts';
import { createWatchers } from '../../../bot/app/watchers.ts';
import {
  cancelRequest,
  clearRequest,
  revokeRequest,
  settleRequest,
  stopRequest,
} from '../../../bot/app/withdraw-request.ts';
import type { Digest } from '../../../bot/core/digest.ts';
import { sha256Hex } from '../../../bot/core/digest.ts';
import type { Plan } from '../../../bot/core/plan.ts';
import type { Rule } from '../../../bot/core/policy.ts';
import type { ClientId, PersonId, RequestId, Verdict, Via } from '../../../bot/core/request.ts';
import { placesOf } from '../../../bot/places-of.ts';
import type { Client, Person, Rulebook } from '../../../bot/ports/rulebook.ts';
import type { Store } from '../../../bot/ports/store.ts';
import { openSqliteStore } from '../../../store/sqlite/store.ts';
import { policyTextOf } from './policy-text.ts';

export const START = Date.parse('2026-11-22T10:00:00.000Z');
export const MINUTE = 60_000;

/** The same bytes on every run: a small generator (mulberry32), for tests alone. */
export function seededRandom(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    bytes: (count: number) => Uint8Array.from({ length: count }, () => next() & 0xff),
    below: (most: number) => next() % most,
  };
}

export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  dba: ['alice', 'bob', 'carol'],
  security: ['dave', 'erin', 'carol'],
  leads: ['frank'],
};
const KEYS = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'olga', 'paul'];

const NO_COMMENT = { approve: false, reject: false, flag: false };
const plan = (id: string, seats: Plan['seats'], more: Partial<Plan> = {}): Plan => ({
  id,
  seats,
  comment: { ...NO_COMMENT, reject: true, flag: true },
  expiresAfterMs: 30 * MINUTE,
  usableForMs: 15 * MINUTE,
  outcomeWithinMs: 60 * MINUTE,
  notify: [],
  ...more,
});

export const TWO_KEYS = plan('two-keys', [
  { from: ['dba'], count: 1 },
  { from: ['security'], count: 1 },
]);
export const TWO_DBAS = plan('two-dbas', [{ from: ['dba'], count: 2 }]);

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
}

export const MORE_RULES = {
  denyExports: rule('no-more-exports', 'db.export', 'deny', { tell: 'not today' }),
  denyErase: rule('no-erase', 'db.erase', 'deny'),
  leadToo: rule('lead-too', 'db.*', 'require', {
    plan: plan('lead', [{ from: ['leads'], count: 1 }], { usableForMs: 5 * MINUTE }),
  }),
  noAlice: (alice: PersonId) => rule('no-alice', 'db.*', 'require', { exclude: [alice] }),
} as const;

export interface WorldOptions {
  readonly seed?: number;
  readonly log?: string;
}

/** A small installation over the real store, with a clock and a dice that the test turns. */
export async function openWorld({ seed = 1, log = 'keyturn.test' }: WorldOptions = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-audit-'));
  const file = join(dir, 'keyturn.db');
  const random = seededRandom(seed);
  let now = START;
  const clock = { wall: () => now, steady: () => now - START };
  const fail = (cause: unknown) => {
    throw cause;
  };
  let store: Store = openSqliteStore({ file, log, software: 'keyturn/test', random, onBroken: fail });
  const time = trustedTime(clock, START);
  const personOf = await enrolPeople(
    { store, time, random },
    KEYS.map((key) => ({ key, accounts: 1 })),
  );

  const rulebook = ({ version, rules = [], groups = GROUPS }: Wishes): Rulebook => {
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
        members: (group) => (groups[group] ?? []).map(personOf),
      },
      policyText: policyTextOf([TWO_KEYS, TWO_DBAS], { rules, groups }, personOf),
      environments: new Set(['prod']),
      people,
      clients,
      actions: new Map(),
      clearFrom: ['security'],
      auditors: new Set([personOf('paul')]),
      limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
    };
  };

  let context: Context = {
    store,
    time,
    random,
    rulebook: rulebook({ version: 1 }),
    signer: { sign: () => ({ payloadType: 'x', payload: '', signatures: [{ keyid: '', sig: '' }] }) },
    watchers: createWatchers(),
    presence: createPresence(clock.steady),
    places: placesOf([], []),
  };
  await adoptPolicy(context);

  const person = (key: string, via: Via = 'api'): PersonCaller => {
    const id = personOf(key);
    return {
      actor: { kind: 'person', person: id, via, account: `${via}/${key}`, verifiedBy: 'token', roles: [] },
      id,
      key,
    };
  };
  const caller = (key: string): Caller => {
    const client = context.rulebook.clients.get(key as ClientId);
    if (client === undefined) return person(key);
    const { id, kind, owner } = client;
    return {
      actor: {
        kind: 'client',
        client: id,
        clientKind: kind,
        owner,
        account: `token ${key}`,
        verifiedBy: 'token',
      },
      id,
      key,
    };
  };
  const digestOf = (id: RequestId) => context.store.committed.request(id)?.actionDigest ?? '';
  const nonces = new Map<RequestId, string>();
  let asked = 0;

  return {
    file,
    random,
    personOf,
    context: () => context,
    state: (id: RequestId) => context.store.committed.request(id)?.state,
    request: (id: RequestId) => {
      const request = context.store.committed.request(id);
      if (request === null) throw new Error(`there is no ${id}`);
      return request;
    },
    later(ms: number) {
      now += ms;
    },
    async submit(
      by = 'bot-1',
      action = 'db.export',
      more: { onBehalfOf?: string; hold?: 'poll' | 'wait'; same?: string; key?: string } = {},
    ) {
      asked += 1;
      const result = await submitRequest(
        context,
        caller(by),
        {
          action,
          target: { system: 'postgres', environment: 'prod', resource: 'orders' },
          reason: `because of ${asked}`,
          onBehalfOf: more.onBehalfOf ?? null,
          payload: { rows: more.same ?? asked },
          links: [],
          expiresInS: null,
          hold: more.hold ?? 'poll',
        },
        more.key ?? null,
      );
      if (!result.ok) throw new Error(`refused: ${result.code} ${JSON.stringify(result.fields ?? '')}`);
      return result.request.id;
    },
    trySubmit: (by: string) =>
      submitRequest(
        context,
        caller(by),
        {
          action: 'db.export',
          target: { system: 'postgres', environment: 'prod', resource: 'orders' },
          reason: 'again',
          onBehalfOf: null,
          payload: {},
          links: [],
          expiresInS: null,
          hold: 'poll',
        },
        null,
      ),
    view: (by: string, id: RequestId) => viewPayload(context, person(by), id),
    vote: (by: string, id: RequestId, verdict: Verdict, via: Via = 'api') =>
      reviewRequest(context, person(by, via), id, {
        verdict,
        actionDigest: digestOf(id),
        comment: verdict === 'approve' ? null : `${verdict}, I say`,
      }),
    async approve(by: string, id: RequestId, via: Via = 'api') {
      await viewPayload(context, person(by, via), id);
      return reviewRequest(context, person(by, via), id, {
        verdict: 'approve',
        actionDigest: digestOf(id),
        comment: null,
      });
    },
    async consume(by: string, id: RequestId) {
      const consumed = await consumeRequest(context, caller(by), id, digestOf(id), null);
      if (consumed.ok) nonces.set(id, (JSON.parse(consumed.answer) as { nonce: string }).nonce);
      return consumed;
    },
    outcome: (by: string, id: RequestId, status: 'succeeded' | 'failed') =>
      reportOutcome(context, caller(by), id, {
        nonce: nonces.get(id) ?? '',
        status,
        exitCode: status === 'failed' ? 1 : 0,
        detail: null,
      }),
    cancel: (by: string, id: RequestId, key: string | null = null) =>
      cancelRequest(context, caller(by), id, key),
    clear: (by: string, id: RequestId) => clearRequest(context, person(by), id, 'a false alarm'),
    clearRequester: (by: string, key: string) => clearRequester(context, person(by), key, 'a false alarm'),
    revoke: (by: string, id: RequestId) => revokeRequest(context, person(by), id, 'no longer wanted'),
    stop: (by: string, id: RequestId) => stopRequest(context, person(by), id, 'stop it'),
    settle: (by: string, id: RequestId, status: 'succeeded' | 'failed') =>
      settleRequest(context, person(by), id, { status, comment: 'I looked' }),
    sweep: () => expireDue(context),
    abandon: () => cancelAbandoned(context),
    async adopt(wishes: Wishes) {
      context = { ...context, rulebook: rulebook(wishes) };
      await adoptPolicy(context);
    },
    /** The exact bytes of every entry. */
    entries: () => context.store.committed.entries(0, 1_000_000).map(({ bytes }) => Buffer.from(bytes)),
    version: (): Digest => context.rulebook.policy.version,
    close() {
      store.close();
    },
    remove() {
      rmSync(dir, { recursive: true, force: true });
    },
    reopen() {
      store = openSqliteStore({ file, log, software: 'keyturn/test', random, onBroken: fail });
      context = { ...context, store };
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;
