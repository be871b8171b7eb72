import { freezesInForce } from '../core/calendar-freeze.ts';
import type { Actor, RequestEvent } from '../core/event.ts';
import type { Circumstances, Command } from '../core/lifecycle/command.ts';
import { decide } from '../core/lifecycle/decide.ts';
import { evolve } from '../core/lifecycle/evolve.ts';
import { hasToMeet } from '../core/lifecycle/reevaluate.ts';
import { tick } from '../core/lifecycle/time.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { ActionRequest, Instant, PersonId, RequestId } from '../core/request.ts';
import type { Reading, Transaction } from '../ports/store.ts';
import { announce } from './announce.ts';
import { type Caller, type Context, isPerson, KEYTURN } from './context.ts';
import { judgeAnew } from './judge-anew.ts';
import type { Logged } from './logged.ts';
import { matchFactsOf, requesterKeyOf } from './policy-facts.ts';
import { mayRead, mightRead } from './readers.ts';
import { type RefusalEvent, recordRefusal } from './record-refusal.ts';
import { toTwinKey } from './twin-key.ts';

export type Changed = { readonly ok: true; readonly request: ActionRequest } | Refusal;

/** One write: the transaction, the time it happens at, and what it has changed so far. */
export interface Writing {
  readonly tx: Transaction;
  readonly at: Instant;
  readonly changed: Set<RequestId>;
}

/** Every use case writes through here, so that a clock that stepped back is never left unsaid. */
export async function write<T>(
  context: Pick<Context, 'store' | 'time' | 'watchers'>,
  work: (writing: Writing) => T extends PromiseLike<unknown> ? never : T,
): Promise<T> {
  const changed = new Set<RequestId>();
  let behindMs: number | null = null;
  // What an undone write had to say, the next one says: also one that shares its commit.
  const undone = (cause: unknown): never => {
    if (behindMs !== null) context.time.putBackAnomaly(behindMs);
    behindMs = null;
    throw cause;
  };
  const written = context.store.transact<T>((tx) => {
    changed.clear();
    const at = context.time.now();
    behindMs = context.time.takeAnomaly();
    try {
      if (behindMs !== null) tx.append({ type: 'clock.anomaly', behindMs }, KEYTURN, at, null);
      return work({ tx, at, changed });
    } catch (cause) {
      return undone(cause);
    }
  });
  const result = await written.catch(undone);
  context.watchers.wake(changed);
  return result;
}

/** What the core may ask about the world, as it is now. */
export function circumstances(
  context: Context,
  { tx, at }: { readonly tx: Pick<Reading, 'frozen' | 'keyOf' | 'hasOverdueReview'>; readonly at: Instant },
  request: ActionRequest,
): Circumstances {
  const { rulebook } = context;
  const { people, clearFrom, policy } = rulebook;
  return {
    at,
    policyVersion: policy.version,
    groupsOf: (person: PersonId) => people.get(person)?.groups ?? [],
    clearFrom,
    unknownGroups: rulebook.unknownGroups,
    isRequesterFrozen: () => tx.frozen(request.requester.id) !== null,
    members: policy.members,
    freezes() {
      const facts = matchFactsOf(rulebook, { ...request, requesterKey: requesterKeyOf(tx, request) });
      return freezesInForce(policy.freezes, facts, at);
    },
    hasOverdueReview: (person) => tx.hasOverdueReview(person, at),
  };
}

/** Applies events: each one an entry, then one row, then the messages that people are to get. */
export function record(
  context: Context,
  writing: Writing,
  request: ActionRequest,
  events: readonly RequestEvent[],
  actor: Actor,
): ActionRequest {
  if (events.length === 0) return request;
  let current = request;
  const logged: Logged[] = [];
  for (const event of events) {
    current = evolve(current, event, writing.at);
    logged.push({ event, seq: writing.tx.append(event, actor, writing.at, current) });
  }
  writing.tx.update(current, request);
  writing.changed.add(current.id);
  announce(context, writing.tx, current, logged, actor);
  return current;
}

/**
 * The request as it is now: what time alone has done to it, and what the policy in force makes of it,
 * is recorded before anybody looks.
 */
export function current(context: Context, writing: Writing, id: RequestId): ActionRequest | null {
  const stored = writing.tx.request(id);
  if (stored === null) return null;
  const ticked = record(context, writing, stored, tick(stored, writing.at).events, KEYTURN);
  const { version } = context.rulebook.policy;
  // While a directory is silent it cannot be told whom a new seat is open to, nor who has left one.
  if (!hasToMeet(ticked, version) || context.rulebook.unknownGroups.size > 0) return ticked;
  const events = judgeAnew(context.rulebook, writing.tx, ticked, circumstances(context, writing, ticked));
  const met = record(context, writing, ticked, events, { kind: 'policy', version });
  writing.tx.setTwin(met.id, toTwinKey(met, met.demands.exclusions));
  // A shorter time may be over already.
  return record(context, writing, met, tick(met, writing.at).events, KEYTURN);
}

/**
 * One caller's command on one request: read, decide, record, all in one transaction. A refusal is
 * an entry too. Who may not read the request is told that there is none.
 */
export async function changeRequest(
  context: Context,
  caller: Caller,
  id: RequestId,
  ask: (request: ActionRequest, writing: Writing) => Command | Refusal,
  refused: (code: Refusal['code']) => RefusalEvent,
  strangers: Refusal['code'] = 'NOT_FOUND',
): Promise<Changed> {
  if (isPerson(caller)) await context.directories.renew();
  return write<Changed>(context, (writing) => {
    const request = current(context, writing, id);
    const readable = request !== null && mayRead(context.rulebook, caller, request);
    const no = (refusal: Refusal): Refusal => {
      recordRefusal(context, writing, caller, refused(refusal.code), request);
      return readable ? { ...refusal, about: about(request) } : refusal;
    };
    if (request === null) return no(refuse('NOT_FOUND'));
    if (!readable)
      return no(refuse(mightRead(context.rulebook, caller, request) ? 'DIRECTORY_UNAVAILABLE' : strangers));
    const command = ask(request, writing);
    if ('ok' in command) return no(command);
    const decision = decide(request, command, circumstances(context, writing, request));
    if (!decision.ok) return no(decision);
    const changed = record(context, writing, request, decision.events, caller.actor);
    if (decision.freezes) freezeRequester(context, writing, changed, caller.actor);
    return { ok: true, request: changed };
  });
}

function about({ state, resolvedAt, reviews }: ActionRequest): NonNullable<Refusal['about']> {
  return { state, resolvedAt, decidedBy: reviews.at(-1)?.person ?? null };
}

/** A flag stops everything this requester still has open, and everything it would ask next. */
function freezeRequester(context: Context, writing: Writing, flagged: ActionRequest, actor: Actor): void {
  const { tx, at } = writing;
  const requester = flagged.requester.id;
  const held = tx.frozen(requester)?.exclusions ?? [];
  const exclusions = [...new Set([...held, ...flagged.demands.exclusions.map(({ person }) => person)])];
  tx.freeze(requester, { at, exclusions });
  tx.append({ type: 'requester.frozen', requester, exclusions }, actor, at, flagged);
  for (const { id } of tx.openOf(requester)) {
    const other = id === flagged.id ? null : current(context, writing, id);
    if (other === null) continue;
    const decision = decide(other, { type: 'freeze' }, circumstances(context, writing, other));
    if (decision.ok) record(context, writing, other, decision.events, actor);
  }
}
