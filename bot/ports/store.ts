import type { Digest } from '../core/digest.ts';
import type { Actor, Event } from '../core/event.ts';
import type { ActionRequest, ClientId, Instant, PersonId, RequestId, State } from '../core/request.ts';
import type { LinkedAccounts, StoredAccounts } from './accounts.ts';
import type { CheckpointKeeping, Checkpoints } from './checkpoints.ts';
import type { Disclosures, Erasing, Purging } from './disclosures.ts';
import type { GoneKeeping, KnownGone } from './event-endpoint.ts';
import type { StreamKeeping, StreamPositions } from './event-sink.ts';
import type { KeepingHeld, KnownHeld } from './held.ts';
import type { Inbox, KnownDeliveries } from './inbox.ts';
import type { Outbox, WaitingMessages } from './outbox.ts';
import type { ErasablePayloads, ErasePayload } from './payloads.ts';
import type { Posts, StoredPosts } from './posts.ts';
import type { Pruning, StoredPast } from './pruning.ts';
import type { KnownReferences, References } from './references.ts';
import type { ClearingRestored, RestoredCopy } from './restored-copy.ts';
import type { KnownSessions, Sessions } from './sessions.ts';

/**
 * The one place where state lives.
 *
 * `transact` MUST run `work` to its end inside one write transaction and MUST NOT settle its
 * promise before that transaction is on disk. Works that wait at the same time may share a commit;
 * each is then a savepoint of its own: one that throws leaves no trace and harms no other. `work`
 * MUST be synchronous, and its type says so. After a storage fault nothing is answered at all: what
 * was committed is known only on the next start.
 */
export interface Store extends Purging {
  transact<T>(work: (tx: Transaction) => T extends PromiseLike<unknown> ? never : T): Promise<T>;
  /** What is committed now. MUST NOT see a transaction that is not on disk. */
  readonly committed: Reading;
  /** True after a write that the disk refused, until one succeeds. */
  lastWriteFailed(): boolean;
  /** Whether the log ended with `log.stopped` when it was opened. */
  readonly stoppedCleanly: boolean;
  /** Takes what was erased out of every file. False while somebody who reads holds it there: try again. */
  scrub(): boolean;
  close(): void;
}

export interface Reading
  extends WaitingMessages,
    StoredPosts,
    KnownDeliveries,
    KnownReferences,
    KnownSessions,
    KnownHeld,
    LinkedAccounts,
    Checkpoints,
    StreamPositions,
    KnownGone,
    Disclosures,
    ErasablePayloads,
    StoredPast,
    RestoredCopy {
  request(id: RequestId): ActionRequest | null;
  /** The canonical JSON that the action digest covers. */
  actionText(id: RequestId): string;
  list(query: ListQuery): readonly ActionRequest[];
  /** Requests whose own deadline is not after `at`, soonest first. */
  due(at: Instant, most: number): readonly RequestId[];
  /** Where this one stands, if Keyturn is to run it: nothing but what a look for work needs. */
  standing(id: RequestId): Standing | null;
  /** What a worker may take at `at`, one of each lane at most, the riskiest and then the oldest first. */
  nextOfLanes(at: Instant, most: number): readonly Standing[];
  /** The same within one lane. */
  nextOfLane(lane: string, at: Instant, most: number): readonly Standing[];
  /** How much of this lane is at work at `at`, and how many starts it had since `since`. */
  laneLoad(lane: string, at: Instant, since: Instant): { readonly running: number; readonly started: number };
  /** What Keyturn runs and has started before then, longest first. */
  atWork(startedBefore: Instant, most: number): readonly ActionRequest[];
  /** Open requests that every one of their askers blocks on. */
  waiting(): readonly RequestId[];
  /** The first `most` requests in these states, oldest first. */
  inStates(states: readonly State[], most: number, after: number): readonly ActionRequest[];
  countByState(): ReadonlyMap<State, number>;
  auditSeq(id: RequestId): number;
  entries(from: number, most: number): readonly StoredEntry[];
  entriesOf(id: RequestId, after: number, most: number): readonly StoredEntry[];
  /** The newest entry of the request that is of one of these types, and older than `before`; or null. */
  lastOf(id: RequestId, types: readonly string[], before?: number): StoredEntry | null;
  /** The texts of an entry that were not erased, by field. */
  textsOf(seq: number): Readonly<Record<string, string>>;
  /** The leaf hash of an entry in hex, or null where there is none. */
  leafHashOf(seq: number): string | null;
  /** The newest entry's sequence number, or -1. */
  lastSeq(): number;
  newestEntry(): { readonly seq: number; readonly ts: Instant } | null;
  frozen(requester: ClientId | PersonId): Freeze | null;
  /** The first `most` requesters that are frozen, longest first. */
  frozenRequesters(
    most: number,
  ): readonly { readonly requester: ClientId | PersonId; readonly at: Instant }[];
  personOf(key: string): PersonId | null;
  keyOf(person: PersonId): string | null;
  policyInForce(): Digest | null;
  /** What it says, as canonical JSON without any secret: what the next one is compared with. */
  policyText(): string | null;
  /** The last policy that every request which was open then has met. */
  policyMet(): Digest | null;
  /** Whether a break-glass of this person was due for its review at this time, and has none. */
  hasOverdueReview(person: PersonId, at: Instant): boolean;
}

export interface Transaction
  extends Reading,
    Outbox,
    Posts,
    Inbox,
    References,
    Sessions,
    KeepingHeld,
    StoredAccounts,
    CheckpointKeeping,
    StreamKeeping,
    GoneKeeping,
    Erasing,
    ErasePayload,
    Pruning,
    ClearingRestored {
  insert(request: ActionRequest, actionText: string, dedupeKey: string): void;
  /** Stamps the request with the newest entry, so it MUST follow the entry that changed it. */
  update(request: ActionRequest, before: ActionRequest): void;
  /** A change that no entry tells of: a sign of life. */
  touch(request: ActionRequest): void;
  /** Other people may be excluded now, and whoever asks the same from now on has to find it. */
  setTwin(request: RequestId, dedupeKey: string): void;
  nextNumber(): number;
  countOpen(requester: ClientId | PersonId, most: number): number;
  countSince(requester: ClientId | PersonId, since: Instant, most: number): number;
  pendingTwin(dedupeKey: string): ActionRequest | null;
  /** The oldest approved one that nobody has taken yet. */
  approvedTwin(dedupeKey: string): ActionRequest | null;
  openOf(requester: ClientId | PersonId): readonly ActionRequest[];
  /** Appends one entry and returns its sequence number. */
  append(event: Event, actor: Actor, at: Instant, request: ActionRequest | null): number;
  submission(requester: ClientId | PersonId, key: string): StoredSubmission | null;
  rememberSubmission(requester: ClientId | PersonId, key: string, stored: StoredSubmission): void;
  consumed(request: RequestId): StoredConsume | null;
  rememberConsume(request: RequestId, stored: StoredConsume): void;
  freeze(requester: ClientId | PersonId, freeze: Freeze): void;
  unfreeze(requester: ClientId | PersonId): void;
  addPerson(key: string, person: PersonId): void;
  setPolicyInForce(version: Digest, text: string): void;
  setPolicyMet(version: Digest): void;
  /** Drops what only a bounded time may ask for: idempotency keys and consume answers. */
  forgetBefore(submissions: Instant, consumes: Instant): void;
}

interface ListQuery {
  readonly states: readonly State[] | null;
  readonly requester: string | null;
  /** Numbers below this one; null for the newest. */
  readonly before: number | null;
  readonly most: number;
}

/** An action of Keyturn's own in the list of what is to be run. */
export interface Standing {
  readonly request: RequestId;
  /** What must not run beside itself; see `toLane`. */
  readonly lane: string;
  readonly state: State;
  /** Its risk as a number, 0 to 3. */
  readonly urgency: number;
  /** When a worker may next take it, or null. */
  readonly runAt: Instant | null;
}

export interface StoredEntry {
  readonly seq: number;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface StoredSubmission {
  readonly request: RequestId;
  readonly bodyDigest: string;
  readonly at: Instant;
}

export interface StoredConsume {
  readonly key: string;
  readonly answer: string;
  readonly at: Instant;
}

/** `exclusions`: who stood behind the flagged requests; none of them may lift the freeze. */
export interface Freeze {
  readonly at: Instant;
  readonly exclusions: readonly PersonId[];
}
