import type { Digest } from './digest.ts';
import type { Hold } from './hold.ts';
import type { Place } from './place.ts';

/** Milliseconds since 1970, UTC. */
export type Instant = number;

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `req_` and a UUIDv7 in hex. */
export type RequestId = Branded<'RequestId'>;
/** `psn_` and 16 random bytes in hex. The config's key of that person stands in a disclosure only. */
export type PersonId = Branded<'PersonId'>;
/** The client's key in the config. Never the same word as a person's key. */
export type ClientId = Branded<'ClientId'>;

export const RISKS = ['low', 'medium', 'high', 'critical'] as const;
export type Risk = (typeof RISKS)[number];
export const VERDICTS = ['approve', 'reject', 'flag'] as const;
export type Verdict = (typeof VERDICTS)[number];
export const STATES = [
  'pending',
  'flagged',
  'approved',
  'executing',
  'unknown',
  'succeeded',
  'failed',
  'rejected',
  'denied',
  'expired',
  'cancelled',
  'lapsed',
  'revoked',
] as const;
export type State = (typeof STATES)[number];

const TERMINAL: ReadonlySet<State> = new Set<State>([
  'succeeded',
  'failed',
  'rejected',
  'denied',
  'expired',
  'cancelled',
  'lapsed',
  'revoked',
]);

export function isTerminal(state: State): boolean {
  return TERMINAL.has(state);
}

/** Who asks, authenticated. A human's id is a `PersonId`, any other's a `ClientId`. */
export interface Requester {
  readonly id: ClientId | PersonId;
  readonly kind: 'agent' | 'pipeline' | 'human';
  readonly verifiedBy: Proof;
  /** The run that asks, of a client that came with its job's token. Another run of it is a stranger. */
  readonly run?: string;
}

export interface Target {
  readonly system: string;
  readonly environment: string;
  readonly resource: string;
}

/** `candidates` were eligible when the seat was made; later additions to a group cannot vote on it. */
export interface Seat {
  readonly from: readonly string[];
  readonly count: number;
  readonly candidates: readonly PersonId[];
}

export interface Exclusion {
  readonly person: PersonId;
  readonly because: string;
}

/** Somebody behind a request whom no link and no policy names: `github:github.com/583231`, the author of a commit. */
export interface Unresolved {
  readonly account: string;
  readonly because: string;
}

/** `void` marks a vote that a flag made worthless. It stays in the record and fills nothing. */
interface Review {
  readonly person: PersonId;
  readonly verdict: Verdict;
  readonly comment: string | null;
  readonly via: Via;
  readonly at: Instant;
  readonly void: boolean;
}

export const WAYS = ['slack', 'teams', 'room', 'api'] as const;
export type Via = (typeof WAYS)[number];

/**
 * How a person proved who they are: an API token (also one typed into the room's login), a session
 * begun with a single-use code, or an interaction that the face's vendor signed. A client proves it
 * with a token of ours, with one that a forge signed for its job, or with a webhook that is signed by a
 * shared secret (`hmac`) or by a key of its own (`ed25519`).
 */
export type Proof = 'token' | 'session' | 'signature' | 'oidc' | 'hmac' | 'ed25519';

/** That this person was served this view, uncut. Without it an approve is refused. */
export interface Shown {
  readonly person: PersonId;
  readonly viewDigest: Digest;
}

export interface CommentRules {
  readonly approve: boolean;
  readonly reject: boolean;
  readonly flag: boolean;
}

/**
 * What Keyturn itself will run, as the config said when the request was submitted. Another config under
 * the same name does not run it: `definition` is held against the one in force when it starts.
 */
export interface ExecutorRef {
  readonly kind: 'idempotent' | 'checkable' | 'once';
  readonly definition: Digest;
  /** One line for people: what runs. Values that are redacted are redacted here. */
  readonly line: string;
  /** Labels a worker must have, all of them. Empty: any worker. */
  readonly runsOn: readonly string[];
}

/** When people are reminded: half of the time, or so many milliseconds before it is over. */
export type Remind = 'half' | number;

/** So long after it was asked, these groups are told as well. It makes nobody eligible. */
export interface Escalation {
  readonly afterMs: number;
  readonly notify: readonly string[];
}

/** One way to approve in an emergency, alone. `candidates` as in a seat. */
export interface BreakGlass {
  readonly who: readonly string[];
  readonly candidates: readonly PersonId[];
  /** How many characters the reason has at least. */
  readonly reasonMin: number;
  readonly notify: readonly Place[];
  /** Groups of which somebody else reviews it afterwards, and how soon. */
  readonly reviewBy: readonly string[];
  readonly reviewWithinMs: number;
}

/** That somebody did so, and what became of the review that is due for it. */
export interface BrokenGlass {
  readonly person: PersonId;
  readonly via: Via;
  readonly reason: string;
  readonly at: Instant;
  readonly who: readonly string[];
  readonly notify: readonly Place[];
  readonly reviewBy: readonly string[];
  readonly dueAt: Instant;
  readonly overdue: boolean;
  readonly review: {
    readonly person: PersonId;
    readonly verdict: Verdict;
    readonly comment: string;
    readonly at: Instant;
  } | null;
}

/** One submission that this request answers; dedupe joins more of them. */
export interface Submission {
  readonly key: string | null;
  readonly hold: Hold;
}

export interface Outcome {
  readonly status: 'succeeded' | 'failed';
  readonly exitCode: number | null;
  readonly detail: string | null;
  readonly at: Instant;
  /** The person who settled it, or null when the executor reported. */
  readonly settledBy: PersonId | null;
}

export interface Execution {
  readonly nonceDigest: Digest;
  readonly startedAt: Instant;
  /** The last heartbeat, or the start. */
  readonly heardAt: Instant;
  /** Null where the caller runs it. */
  readonly run: Run | null;
  readonly stopRequested: boolean;
  readonly outcome: Outcome | null;
  readonly lateReports: readonly Outcome[];
}

/** Keyturn's own run of it. `attempt` is the fence: only who holds this number may say how it ended. */
export interface Run {
  readonly attempt: number;
  readonly worker: string;
  readonly startedAt: Instant;
  /** Until then nobody else may take it over. A sign of life moves it. */
  readonly leaseUntil: Instant;
  /** The last try ended and another follows then; null while one is on. */
  readonly retryAt: Instant | null;
  readonly output: RunOutput | null;
}

/** What the last try printed: how much, and the digest of the file it is kept in. */
export interface RunOutput {
  readonly attempt: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly isCut: boolean;
  readonly tail: string;
}

export interface Preview {
  readonly text: string;
  readonly hiddenLines: number;
  readonly hiddenValues: number;
}

/** What the policy asks of this request: the strictest of every version since it was submitted. */
export interface Demands {
  readonly policyVersion: Digest;
  readonly rules: readonly string[];
  readonly plans: readonly string[];
  readonly risk: Risk;
  readonly seats: readonly Seat[];
  readonly exclusions: readonly Exclusion[];
  readonly comment: CommentRules;
  /** The ways by which an approval counts. */
  readonly reviewVia: readonly Via[];
  readonly expiresAt: Instant;
  readonly usableForMs: number;
  readonly outcomeWithinMs: number;
  readonly remind: readonly Remind[];
  readonly escalate: readonly Escalation[];
  /** Where the request is shown: every place that any policy version since named. */
  readonly notify: readonly Place[];
  readonly breakGlass: readonly BreakGlass[];
}

export interface ActionRequest {
  readonly id: RequestId;
  readonly number: number;
  readonly action: string;
  readonly target: Target;
  readonly requester: Requester;
  /** The owner of the client that asked; null when a person asked. */
  readonly owner: PersonId | null;
  readonly onBehalfOf: PersonId | null;
  /** Identities behind it that are linked to no person. */
  readonly unresolved: readonly Unresolved[];
  readonly reason: string;
  readonly links: readonly string[];
  readonly actionDigest: Digest;
  readonly viewDigest: Digest;
  readonly preview: Preview;
  /** The redaction rules the view was made with. A later policy does not change what was shown. */
  readonly redact: readonly string[];
  /** Null where the caller runs it. */
  readonly executor: ExecutorRef | null;
  readonly effect: 'allow' | 'require' | 'deny';
  readonly demands: Demands;
  readonly tell: string | null;
  readonly submissions: readonly Submission[];
  readonly createdAt: Instant;
  readonly state: State;
  readonly reviews: readonly Review[];
  readonly shown: readonly Shown[];
  readonly rejectReason: string | null;
  /** Somebody once flagged it; those who may lift a flag can read it from then on. */
  readonly wasFlagged: boolean;
  /** When it left pending or flagged for good, or was withdrawn after that. */
  readonly resolvedAt: Instant | null;
  readonly usableUntil: Instant | null;
  /** Reminders up to this time are sent. */
  readonly remindedUntil: Instant | null;
  readonly brokenGlass: BrokenGlass | null;
  readonly execution: Execution | null;
  /** When its payload was erased; from then on nobody can see what it was. */
  readonly payloadErasedAt: Instant | null;
}

/** `restored`: it was approved in a copy that was put back, and may have run since. */
export type WhyRevoked =
  | 'asked'
  | 'flag'
  | 'requester_frozen'
  | 'policy'
  | 'post_review'
  | 'identity'
  | 'restored';
