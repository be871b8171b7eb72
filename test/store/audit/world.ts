import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptPolicy } from '../../../bot/app/adopt-policy.ts';
import { createAttempts } from '../../../bot/app/attempts.ts';
import { breakGlass, postReview } from '../../../bot/app/break-glass.ts';
import { clearRequester } from '../../../bot/app/clear-requester.ts';
import { consumeRequest } from '../../../bot/app/consume-request.ts';
import type { Caller, Context, PersonCaller } from '../../../bot/app/context.ts';
import { createDirectories } from '../../../bot/app/directories.ts';
import { enrolPeople } from '../../../bot/app/enrol-people.ts';
import { cancelAbandoned, expireDue } from '../../../bot/app/expire-due.ts';
import { createPresence } from '../../../bot/app/presence.ts';
import { createRefusalCount } from '../../../bot/app/refusal-count.ts';
import { reportOutcome } from '../../../bot/app/report-outcome.ts';
import { reviewRequest } from '../../../bot/app/review-request.ts';
import { createRoster } from '../../../bot/app/roster.ts';
import { rulebookInForce } from '../../../bot/app/rulebook-in-force.ts';
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
import type { ClientId, RequestId, Verdict, Via } from '../../../bot/core/request.ts';
import type { Identity } from '../../../bot/core/unresolved.ts';
import { placesOf } from '../../../bot/places-of.ts';
import type { Store } from '../../../bot/ports/store.ts';
import { openSqliteStore } from '../../../store/sqlite/store.ts';
import { aNotary, FREE } from '../../helpers/log-context.ts';
import { dice } from './dice.ts';
import { KEYS, toRulebook, type Wishes } from './world-rulebook.ts';

const START = Date.parse('2026-11-22T10:00:00.000Z');

export interface WorldOptions {
  readonly seed?: number;
  readonly log?: string;
}

/** A small installation over the real store, with a clock and a dice that the test turns. */
export async function openWorld({ seed = 1, log = 'keyturn.test' }: WorldOptions = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-audit-'));
  const file = join(dir, 'keyturn.db');
  const random = dice(seed);
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

  const inForce = rulebookInForce(toRulebook(personOf, { version: 1 }));
  const roster = createRoster(() => inForce.now, [], clock.steady);
  const contextOver = (over: Store): Context => ({
    store: over,
    time,
    random,
    get rulebook() {
      return roster.now;
    },
    inForce,
    roster,
    directories: createDirectories([], { roster, inForce }, clock.steady, fail),
    attempts: createAttempts(clock.steady),
    refusals: createRefusalCount(clock.steady),
    signer: { sign: () => ({ payloadType: 'x', payload: '', signatures: [{ keyid: '', sig: '' }] }) },
    sealer: { seal: () => new Uint8Array(), open: () => null },
    watchers: createWatchers(),
    presence: createPresence(clock.steady),
    progress: new Map(),
    places: placesOf([], []),
    notary: aNotary(),
    guard: FREE,
    anchors: [],
  });
  let context = contextOver(store);
  await adoptPolicy(context);

  const person = (key: string, via: Via = 'api'): PersonCaller => {
    const id = personOf(key);
    const verifiedBy = via === 'api' ? 'token' : 'session';
    const roles = context.rulebook.people.get(id)?.groups ?? [];
    return {
      actor: { kind: 'person', person: id, via, account: `${via}/${key}`, verifiedBy, roles },
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
      more: {
        onBehalfOf?: string;
        hold?: 'poll' | 'wait';
        same?: string;
        key?: string;
        identities?: readonly Identity[];
      } = {},
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
        more.identities ?? [],
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
    async glass(by: string, id: RequestId, via: Via = 'room') {
      await viewPayload(context, person(by, via), id);
      return breakGlass(context, person(by, via), id, {
        actionDigest: digestOf(id),
        reason: 'the shop is down, and this brings it back up',
        confirmTarget: 'postgres/prod/orders',
      });
    },
    postReview: (by: string, id: RequestId, verdict: Verdict) =>
      postReview(context, person(by, 'room'), id, { verdict, comment: `${verdict}, I say` }),
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
      inForce.put(toRulebook(personOf, wishes));
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
      context = contextOver(store);
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;
