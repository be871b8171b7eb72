import type { Event } from '../../bot/core/event.ts';
import { HOLDS } from '../../bot/core/hold.ts';
import { readIsoTime, toIsoTime } from '../../bot/core/instant.ts';
import { RISKS, VERDICTS } from '../../bot/core/request.ts';

// What each type of entry holds, as it stands in the log. The types below are read off these checks,
// so that the replay can use no field that was not looked at.

type Guard<T> = (value: unknown) => value is T;
type Guarded<G> = G extends Guard<infer T> ? T : never;
type Fields = Readonly<Record<string, Guard<unknown>>>;

const text: Guard<string> = (value) => typeof value === 'string';
const flag: Guard<boolean> = (value) => typeof value === 'boolean';
const count = ((value) => Number.isSafeInteger(value) && (value as number) >= 0) as Guard<number>;
const whole = ((value) => Number.isSafeInteger(value)) as Guard<number>;
const digest: Guard<string> = (value): value is string =>
  typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);
const time: Guard<string> = (value): value is string => typeof value === 'string' && isTime(value);

function isTime(value: string): boolean {
  const at = readIsoTime(value);
  return !Number.isNaN(at) && toIsoTime(at) === value;
}

function orNull<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

function listOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(guard);
}

function oneOf<const T extends string>(...words: readonly T[]): Guard<T> {
  return (value): value is T => (words as readonly unknown[]).includes(value);
}

/** These fields at least; more of them say nothing that the replay relies on. */
function fields<const F extends Fields>(shape: F): Guard<{ readonly [K in keyof F]: Guarded<F[K]> }> {
  const checks = Object.entries(shape);
  return (value): value is { readonly [K in keyof F]: Guarded<F[K]> } => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const held = value as Readonly<Record<string, unknown>>;
    return checks.every(([key, guard]) => guard(held[key]));
  };
}

const target = fields({ system: text, environment: text, resource: text });
const risk = oneOf(...RISKS);
const verdict = oneOf(...VERDICTS);
const via = oneOf('api', 'room', 'slack', 'teams');
const ended = oneOf('succeeded', 'failed');
const submission = fields({ key: orNull(text), hold: oneOf(...HOLDS) });
const glass = fields({
  who: listOf(text),
  candidates: listOf(text),
  reason_min: count,
  review_by: listOf(text),
  review_within_ms: count,
});
const demands = fields({
  policy_version: digest,
  rules: listOf(text),
  plans: listOf(text),
  risk,
  seats: listOf(fields({ from: listOf(text), count, candidates: listOf(text) })),
  exclusions: listOf(fields({ person: text, because: text })),
  comment: fields({ approve: flag, reject: flag, flag }),
  expires_at: time,
  usable_for_ms: count,
  outcome_within_ms: count,
  // Entries from before there were such demands have none.
  notify: optional(listOf(text)),
  review_via: optional(listOf(via)),
  break_glass: optional(listOf(glass)),
});
const outcome = fields({ exit_code: orNull(whole) });
const message = fields({ place: text, kind: oneOf('card', 'thread', 'direct', 'digest', 'text', 'change') });
const restored = fields({ from: count, confirmed: flag });
const nothing = fields({});

/** One line per type that the bot can write. A new one that has no line here does not compile. */
const DATA = {
  'request.submitted': fields({
    number: count,
    requester: fields({ id: text, kind: oneOf('agent', 'pipeline', 'human') }),
    owner: orNull(text),
    on_behalf_of: orNull(text),
    action: text,
    target,
    action_digest: digest,
    view_digest: digest,
    effect: oneOf('allow', 'require', 'deny'),
    executor: orNull(fields({ kind: oneOf('idempotent', 'checkable', 'once'), definition: digest })),
    demands,
    submission,
    unresolved: optional(count),
  }),
  'request.identified': fields({ person: text, because: text, unresolved: count }),
  'request.deduplicated': fields({ submission }),
  'request.detached': fields({ key: text }),
  'request.reevaluated': fields({ demands }),
  'payload.erased': nothing,
  'payload.viewed': fields({ person: text, view_digest: digest }),
  'review.recorded': fields({
    person: text,
    verdict,
    via,
    action_digest: digest,
    seats: listOf(count),
    filled: count,
    of: count,
  }),
  'request.approved': fields({ filled_by: listOf(listOf(text)), usable_until: time }),
  'break_glass.used': fields({
    person: text,
    via,
    action_digest: digest,
    target: text,
    reason_length: count,
    who: listOf(text),
    review_by: listOf(text),
    due_at: time,
    freezes: listOf(text),
  }),
  'break_glass.reviewed': fields({ person: text, verdict, via }),
  'break_glass.overdue': fields({ person: text, due_at: time }),
  'reminder.sent': fields({ due_at: time, groups: listOf(text) }),
  'request.denied': fields({ rules: listOf(text) }),
  'request.rejected': fields({ person: text }),
  'request.flagged': fields({ because: oneOf('flag', 'requester_frozen') }),
  'request.cleared': fields({ person: text }),
  'request.expired': nothing,
  'request.lapsed': nothing,
  'request.cancelled': fields({ because: oneOf('asked', 'caller_left') }),
  'request.revoked': fields({
    because: oneOf('asked', 'flag', 'requester_frozen', 'policy', 'post_review', 'identity', 'restored'),
  }),
  'request.stop_requested': fields({ because: oneOf('asked', 'flag', 'post_review') }),
  'grant.issued': fields({ nonce_digest: digest, audience: text }),
  'execution.started': fields({ attempt: count, worker: text, lease_until: time }),
  'execution.retried': fields({ attempt: count, retry_at: time }),
  'execution.output': fields({ attempt: count, bytes: count, sha256: text, is_cut: flag }),
  'execution.succeeded': outcome,
  'execution.failed': outcome,
  'execution.unknown': nothing,
  'execution.settled': fields({ person: text, status: ended }),
  'execution.late_report': fields({ status: ended, exit_code: orNull(whole) }),
  'request.refused': fields({ code: text, action: orNull(text), target: orNull(target) }),
  'review.refused': fields({ code: text, verdict: orNull(verdict) }),
  'grant.refused': fields({ code: text }),
  'client.refused': fields({ code: text, call: text, times: count }),
  'requester.frozen': fields({ requester: text, exclusions: listOf(text) }),
  'requester.cleared': fields({ requester: text }),
  'identity.linked': fields({ person: text, accounts: count, links: optional(count) }),
  'identity.unlinked': fields({ person: text, links: count }),
  'identity.code_given': fields({ person: text, expires_at: time }),
  'session.opened': fields({ issuer: text, expires_at: time }),
  'session.renewed': fields({ issuer: text, expires_at: time }),
  'directory.failed': fields({ kind: text }),
  'policy.loaded': fields({ version: digest, previous: orNull(digest) }),
  'policy.refused': fields({ in_force: orNull(digest), problems: count }),
  'notification.sent': message,
  'notification.updated': message,
  'notification.failed': message,
  'audit.viewed': fields({ from: count, count }),
  'audit.exported': fields({ from: count, to: count, reports: listOf(text) }),
  'disclosure.erased': fields({ seq: count, field: text }),
  'log.pruned': fields({ before: count, archive: digest }),
  'log.started': fields({ clean: flag, restored: optional(restored) }),
  'log.stopped': nothing,
  'log.heartbeat': nothing,
  'log.key_rotated': fields({ previous: orNull(text), next: text }),
  'log.epoch_opened': fields({ epoch: count, key: text }),
  'audit.anchored': fields({ anchor: text, size: count }),
  'audit.anchor_failed': fields({ anchor: text, size: count }),
  'storage.fault': fields({ code: text }),
  'clock.anomaly': fields({ behind_ms: count }),
} satisfies Readonly<Record<Event['type'], Guard<unknown>>>;

const ACTOR = {
  person: fields({ person: text, via, account: text, verified_by: text, roles: listOf(text) }),
  client: fields({
    client: text,
    client_kind: oneOf('agent', 'pipeline'),
    owner: text,
    account: text,
    verified_by: text,
  }),
  policy: fields({ version: digest }),
  worker: fields({ worker: text }),
  keyturn: nothing,
};

const isSubject = fields({
  request: text,
  number: count,
  requester: text,
  on_behalf_of: orNull(text),
  action: text,
  target,
  risk,
  action_digest: digest,
  view_digest: digest,
  policy: digest,
  rules: listOf(text),
});

export type LoggedDemands = Guarded<typeof demands>;
export type LoggedGlass = Guarded<typeof glass>;
export type Subject = Guarded<typeof isSubject>;
export type Actor = {
  [K in keyof typeof ACTOR]: { readonly kind: K } & Guarded<(typeof ACTOR)[K]>;
}[keyof typeof ACTOR];
type Type = keyof typeof DATA;
type Data = { [T in Type]: { readonly type: T; readonly data: Guarded<(typeof DATA)[T]> } };

/** One entry of a type, with its place and time. */
export type EntryOf<T extends Type> = Data[T] & About;
export type LoggedEntry = { [T in Type]: EntryOf<T> }[Type];

interface About {
  readonly seq: number;
  readonly ts: string;
  readonly at: number;
  readonly actor: Actor;
  readonly subject: Subject | null;
  /** Commitments to the texts that stand beside the log. */
  readonly d: Readonly<Record<string, string>>;
}

const COMMITMENT = /^[A-Za-z0-9+/]{43}=$/;
const ID = /^evt_[0-9a-f]{32}$/;

/** The entry, or why it is none. `chained` is what the chain has read off it already. */
export function readEntry(
  entry: Readonly<Record<string, unknown>>,
  chained: { readonly seq: number; readonly at: number },
): LoggedEntry | string {
  const { type, actor, subject = null, data, d = {} } = entry;
  if (typeof type !== 'string' || !Object.hasOwn(DATA, type))
    return 'its type is none that this version knows';
  if (typeof entry['id'] !== 'string' || !ID.test(entry['id'])) return 'its id is not evt_ and 32 hex digits';
  if (!text(entry['sw'])) return 'it does not say which software wrote it';
  if (!isActor(actor)) return 'its actor is none that an entry can have';
  if (subject !== null && !isSubject(subject)) return 'its subject is not one of a request';
  if (!isCommitments(d)) return 'its d is not commitments';
  if (!DATA[type as Type](data)) return `its data is not that of ${type}`;
  const { seq, at } = chained;
  return { type, data, actor, subject, d, seq, at, ts: entry['ts'] } as LoggedEntry;
}

function isActor(actor: unknown): actor is Actor {
  if (typeof actor !== 'object' || actor === null || !('kind' in actor)) return false;
  const { kind } = actor;
  return typeof kind === 'string' && Object.hasOwn(ACTOR, kind) && ACTOR[kind as keyof typeof ACTOR](actor);
}

function isCommitments(d: unknown): d is Readonly<Record<string, string>> {
  if (typeof d !== 'object' || d === null || Array.isArray(d)) return false;
  return Object.values(d).every((value) => typeof value === 'string' && COMMITMENT.test(value));
}
