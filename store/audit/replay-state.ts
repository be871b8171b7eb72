import { readIsoTime } from '../../bot/core/instant.ts';
import { type State, type Verdict, WAYS } from '../../bot/core/request.ts';
import type { Actor, EntryOf, LoggedDemands, LoggedEntry, LoggedGlass, Subject } from './replay-shape.ts';

/** One approve that counts. `seats` is what the log says this person could fill when it was cast. */
export interface Vote {
  readonly person: string;
  /** Null once the policy changed: then every seat that the person was a candidate for is possible. */
  seats: readonly number[] | null;
}

/** A request that is not over, as the log so far makes it. */
export interface Held {
  readonly submitted: EntryOf<'request.submitted'>['data'];
  readonly id: string;
  readonly number: number;
  state: State;
  /** The newest entry about it. */
  seq: number;
  demands: LoggedDemands;
  excluded: ReadonlySet<string>;
  expiresAt: number;
  /** How many behind it are linked to no person. */
  unresolved: number;
  votes: Vote[];
  /** Who was served the view that this request has. */
  readonly shown: Set<string>;
  approvedAt: number;
  usableUntil: number;
  startedAt: number;
  /** Keyturn's own run of it, as its last start says. */
  run: { readonly attempt: number; readonly worker: string; readonly freeAt: number } | null;
  /** Reminders up to this time were sent. */
  remindedUntil: number;
  /** Who approved alone, in an emergency. */
  breaker: string | null;
  /** The way by which that was. */
  brokeBy: Pick<LoggedGlass, 'who' | 'review_by'>;
  /** What the review of that said. */
  postReview: Verdict | null;
}

/** A broken glass that nobody has reviewed yet. It outlives its request. */
export interface Unreviewed {
  readonly held: Held;
  readonly person: string;
  readonly reviewBy: readonly string[];
  readonly dueAt: number;
  overdue: boolean;
}

/**
 * What the last entry leaves to be said. It was written in one transaction with what follows from
 * it, so nothing can stand between the two.
 */
export interface Owed {
  readonly held: Held;
  readonly type: LoggedEntry['type'];
  readonly by: Actor;
  readonly ts: string;
  /** It may also be missing. */
  readonly optional: boolean;
}

/** Everything the replay remembers. It grows with open requests and frozen requesters, not with the log. */
export interface World {
  readonly open: Map<number, Held>;
  /** Requester → who may not lift its freeze. */
  readonly frozen: Map<string, ReadonlySet<string>>;
  owed: Owed | null;
  /** Request number → the glass that was broken for it. */
  readonly unreviewed: Map<number, Unreviewed>;
  /** Person → how many accounts they have linked. */
  readonly links: Map<string, number>;
  /** The requests that a freeze must stop before anything else happens. */
  sweep: { readonly requester: string; readonly numbers: Set<number> };
  /** The number that the next request gets; null while a log that is cut at its beginning has not shown one. */
  next: number | null;
  /** Requests up to this number began before the first entry and cannot be replayed. */
  began: number;
  policy: string | null;
  /** The verifier key that checkpoints are signed by; null before the log has named one. */
  key: string | null;
  /** It runs on a copy that was put back, and nothing has said yet that it may go on. */
  unconfirmed: boolean;
  /** False where the log's beginning is missing: then what it does not show may still be so. */
  readonly whole: boolean;
}

/** What a rule answers: why the entry cannot be true, or null. */
export type Why = string | null;

/** From which states an entry can be, and what it makes of the request. Null changes no state. */
interface Step {
  readonly from: readonly State[];
  readonly to: State | null;
}

const WAITS = ['pending', 'flagged'] as const;

/** The state machine of domain.md. What is not here does not happen. */
export const STEPS: ReadonlyMap<LoggedEntry['type'], Step> = new Map<LoggedEntry['type'], Step>([
  ['request.deduplicated', { from: ['pending'], to: null }],
  ['request.identified', { from: [...WAITS, 'approved', 'executing', 'unknown'], to: null }],
  ['request.detached', { from: ['pending', 'approved'], to: null }],
  ['request.reevaluated', { from: [...WAITS, 'approved', 'executing', 'unknown'], to: null }],
  ['review.recorded', { from: [...WAITS, 'approved', 'executing'], to: null }],
  ['break_glass.used', { from: ['pending', 'approved'], to: null }],
  ['reminder.sent', { from: ['pending'], to: null }],
  ['request.approved', { from: ['pending'], to: 'approved' }],
  ['request.denied', { from: WAITS, to: 'denied' }],
  ['request.rejected', { from: WAITS, to: 'rejected' }],
  ['request.flagged', { from: ['pending'], to: 'flagged' }],
  ['request.cleared', { from: ['flagged'], to: 'pending' }],
  ['request.expired', { from: WAITS, to: 'expired' }],
  ['request.lapsed', { from: ['approved'], to: 'lapsed' }],
  ['request.cancelled', { from: ['pending', 'approved'], to: 'cancelled' }],
  ['request.revoked', { from: ['approved'], to: 'revoked' }],
  ['request.stop_requested', { from: ['executing'], to: null }],
  ['grant.issued', { from: ['approved'], to: 'executing' }],
  ['execution.started', { from: ['executing'], to: null }],
  ['execution.retried', { from: ['executing'], to: null }],
  ['execution.output', { from: ['executing'], to: null }],
  ['execution.succeeded', { from: ['executing'], to: 'succeeded' }],
  ['execution.failed', { from: ['executing'], to: 'failed' }],
  ['execution.unknown', { from: ['executing'], to: 'unknown' }],
  ['execution.settled', { from: ['unknown'], to: null }],
  ['execution.late_report', { from: ['unknown', 'executing'], to: null }],
  // Only of what is over, and then it is no step any more.
  ['payload.erased', { from: [], to: null }],
  ['payload.viewed', { from: [...WAITS, 'approved', 'executing', 'unknown'], to: null }],
]);

/** Can also come when the request is over; then they are evidence and change nothing. */
export const LATE: ReadonlySet<LoggedEntry['type']> = new Set([
  'payload.viewed',
  'execution.late_report',
  'payload.erased',
] as const);

export function hold(entry: EntryOf<'request.submitted'>, id: string): Held {
  const { data } = entry;
  return {
    submitted: data,
    id,
    number: data.number,
    state: 'pending',
    seq: entry.seq,
    ...inForce(data.demands),
    unresolved: data.unresolved ?? 0,
    votes: [],
    shown: new Set(),
    approvedAt: 0,
    usableUntil: 0,
    startedAt: 0,
    run: null,
    remindedUntil: 0,
    breaker: null,
    brokeBy: { who: [], review_by: [] },
    postReview: null,
  };
}

export function inForce(demands: LoggedDemands): Pick<Held, 'demands' | 'excluded' | 'expiresAt'> {
  return {
    demands,
    excluded: new Set(demands.exclusions.map(({ person }) => person)),
    expiresAt: readIsoTime(demands.expires_at),
  };
}

export function isPerson(actor: Actor, person: string): boolean {
  return actor.kind === 'person' && actor.person === person;
}

/** The client or person that asked. */
export function isRequester({ submitted }: Held, actor: Actor): boolean {
  const { id, kind } = submitted.requester;
  return kind === 'human' ? isPerson(actor, id) : actor.kind === 'client' && actor.client === id;
}

/** The humans behind the asker: its client's owner, and the one it acts for. */
export function standsBehind({ submitted }: Held, actor: Actor): boolean {
  return (
    actor.kind === 'person' && (actor.person === submitted.owner || actor.person === submitted.on_behalf_of)
  );
}

/** A candidate of any seat who is not excluded. Who left a group since is not in the log. */
export function mayReview({ demands, excluded }: Held, actor: Actor): boolean {
  if (actor.kind !== 'person' || excluded.has(actor.person)) return false;
  return demands.seats.some(({ candidates }) => candidates.includes(actor.person));
}

/** Whether a policy of that version is the one that the log has put in force; a cut log may not show it. */
export function isInForce({ policy, whole }: World, version: string): boolean {
  return policy === version || (policy === null && !whole);
}

/** By a way that the plan does not take, or by a token alone where that is not enough. */
export function isWeakWay({ demands }: Held, actor: Actor): boolean {
  if (actor.kind !== 'person' || !(demands.review_via ?? WAYS).includes(actor.via)) return true;
  return demands.risk === 'critical' && (actor.via === 'api' || actor.verified_by === 'token');
}

const SUBMITTED = ['on_behalf_of', 'action', 'action_digest', 'view_digest'] as const;

/** What an entry says that it is about is what was submitted, under the demands then in force. */
export function subjectProblem({ id, submitted, demands }: Held, subject: Subject): Why {
  const wrong = (field: string) => `its subject changes the ${field} of request ${submitted.number}`;
  if (subject.request !== id) return wrong('request');
  if (subject.requester !== submitted.requester.id) return wrong('requester');
  for (const field of SUBMITTED) if (subject[field] !== submitted[field]) return wrong(field);
  const { system, environment, resource } = submitted.target;
  const { target } = subject;
  if (target.system !== system || target.environment !== environment || target.resource !== resource)
    return wrong('target');
  if (subject.risk !== demands.risk) return wrong('risk');
  if (subject.policy !== demands.policy_version) return wrong('policy');
  const sameRules =
    subject.rules.length === demands.rules.length &&
    subject.rules.every((rule, index) => rule === demands.rules[index]);
  return sameRules ? null : wrong('rules');
}
