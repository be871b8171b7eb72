import type { Digest } from './digest.ts';
import type { Place } from './place.ts';
import type { RefusalCode } from './refusal.ts';
import type {
  ClientId,
  Demands,
  ExecutorRef,
  Instant,
  PersonId,
  Proof,
  Requester,
  Submission,
  Target,
  Verdict,
  Via,
  WhyRevoked,
} from './request.ts';

/** Who did it, how that was verified, and which roles they had at that moment. */
export type Actor =
  | {
      readonly kind: 'person';
      readonly person: PersonId;
      readonly via: Via;
      readonly account: string;
      readonly verifiedBy: Proof;
      readonly roles: readonly string[];
    }
  | {
      readonly kind: 'client';
      readonly client: ClientId;
      readonly clientKind: 'agent' | 'pipeline';
      readonly owner: PersonId;
      readonly account: string;
      readonly verifiedBy: Exclude<Proof, 'session' | 'signature'>;
    }
  | { readonly kind: 'policy'; readonly version: Digest }
  /** Who carries out what Keyturn runs itself: `embedded`, or a worker's name in the config. */
  | { readonly kind: 'worker'; readonly worker: string }
  | { readonly kind: 'keyturn' };

/** `change`: that a request changed, told to the source that holds it. */
type NoticeKind = 'card' | 'thread' | 'direct' | 'digest' | 'text' | 'change';

/** Text that people wrote. It stands beside the log, committed to by a keyed hash, so that it can be erased. */
type Text = Readonly<Record<string, string>>;

/** What changes a request. The names are the audit log's entry types, one to one. */
export type RequestEvent =
  | {
      readonly type: 'request.submitted';
      readonly number: number;
      readonly requester: Requester;
      readonly owner: PersonId | null;
      readonly onBehalfOf: PersonId | null;
      readonly action: string;
      readonly target: Target;
      readonly actionDigest: Digest;
      readonly viewDigest: Digest;
      readonly effect: 'allow' | 'require' | 'deny';
      /** Null where the caller runs it. */
      readonly executor: { readonly kind: ExecutorRef['kind']; readonly definition: Digest } | null;
      readonly demands: Demands;
      readonly submission: Submission;
      /** How many identities behind it are linked to no person; left out where there are none. */
      readonly unresolved?: number;
      readonly text: Text;
    }
  | {
      readonly type: 'request.identified';
      readonly person: PersonId;
      readonly because: string;
      /** How many are left. */
      readonly unresolved: number;
      readonly text: Text;
    }
  | { readonly type: 'request.deduplicated'; readonly submission: Submission; readonly text: Text }
  | { readonly type: 'request.detached'; readonly key: string }
  | { readonly type: 'request.reevaluated'; readonly demands: Demands }
  /** The bytes are gone, some time after the request was over. Its digest stays. */
  | { readonly type: 'payload.erased' }
  | { readonly type: 'payload.viewed'; readonly person: PersonId; readonly viewDigest: Digest }
  | {
      readonly type: 'review.recorded';
      readonly person: PersonId;
      readonly verdict: Verdict;
      readonly via: Via;
      readonly actionDigest: Digest;
      /** Indexes into the seats that this person could fill at that moment. */
      readonly seats: readonly number[];
      /** How many chairs the votes fill after this one, of how many. */
      readonly filled: number;
      readonly of: number;
      readonly text: Text;
    }
  | {
      readonly type: 'request.approved';
      readonly filledBy: readonly (readonly PersonId[])[];
      readonly usableUntil: Instant;
    }
  | {
      readonly type: 'break_glass.used';
      readonly person: PersonId;
      readonly via: Via;
      readonly actionDigest: Digest;
      /** As the person typed it. */
      readonly target: string;
      readonly reasonLength: number;
      readonly who: readonly string[];
      readonly notify: readonly Place[];
      readonly reviewBy: readonly string[];
      /** When somebody else must have reviewed it. */
      readonly dueAt: Instant;
      /** The calendar freezes that it was used against. */
      readonly freezes: readonly string[];
      readonly text: Text;
    }
  | {
      readonly type: 'break_glass.reviewed';
      readonly person: PersonId;
      readonly verdict: Verdict;
      readonly via: Via;
      readonly text: Text;
    }
  | { readonly type: 'break_glass.overdue'; readonly person: PersonId; readonly dueAt: Instant }
  | { readonly type: 'reminder.sent'; readonly dueAt: Instant; readonly groups: readonly string[] }
  | { readonly type: 'request.denied'; readonly rules: readonly string[]; readonly text: Text }
  | { readonly type: 'request.rejected'; readonly person: PersonId }
  | { readonly type: 'request.flagged'; readonly because: 'flag' | 'requester_frozen' }
  | { readonly type: 'request.cleared'; readonly person: PersonId; readonly text: Text }
  | { readonly type: 'request.expired' }
  | { readonly type: 'request.lapsed' }
  | { readonly type: 'request.cancelled'; readonly because: 'asked' | 'caller_left' }
  | { readonly type: 'request.revoked'; readonly because: WhyRevoked; readonly text: Text }
  | {
      readonly type: 'request.stop_requested';
      readonly because: 'asked' | 'flag' | 'post_review';
      readonly text: Text;
    }
  | { readonly type: 'grant.issued'; readonly nonceDigest: Digest; readonly audience: string }
  /** The effect may begin after this, and not before. */
  | {
      readonly type: 'execution.started';
      readonly attempt: number;
      readonly worker: string;
      readonly leaseUntil: Instant;
    }
  /** A try ended, and another one follows. */
  | {
      readonly type: 'execution.retried';
      readonly attempt: number;
      readonly retryAt: Instant;
      readonly text: Text;
    }
  | {
      readonly type: 'execution.output';
      readonly attempt: number;
      readonly bytes: number;
      readonly sha256: string;
      readonly isCut: boolean;
      readonly text: Text;
    }
  | { readonly type: 'execution.succeeded'; readonly exitCode: number | null; readonly text: Text }
  | { readonly type: 'execution.failed'; readonly exitCode: number | null; readonly text: Text }
  | { readonly type: 'execution.unknown' }
  | {
      readonly type: 'execution.settled';
      readonly person: PersonId;
      readonly status: 'succeeded' | 'failed';
      readonly text: Text;
    }
  | {
      readonly type: 'execution.late_report';
      readonly status: 'succeeded' | 'failed';
      readonly exitCode: number | null;
      readonly text: Text;
    };

/** What the log says beside changes of one request. */
export type LogEvent =
  | {
      readonly type: 'request.refused';
      readonly code: RefusalCode;
      readonly action: string | null;
      readonly target: Target | null;
    }
  | { readonly type: 'review.refused'; readonly code: RefusalCode; readonly verdict: Verdict | null }
  | { readonly type: 'grant.refused'; readonly code: RefusalCode }
  | {
      readonly type: 'client.refused';
      readonly code: RefusalCode;
      readonly call: string;
      readonly times: number;
      readonly text: Text;
    }
  | {
      readonly type: 'requester.frozen';
      readonly requester: ClientId | PersonId;
      readonly exclusions: readonly PersonId[];
    }
  | { readonly type: 'requester.cleared'; readonly requester: ClientId | PersonId; readonly text: Text }
  | {
      readonly type: 'identity.linked';
      readonly person: PersonId;
      /** How many accounts the policy file gives them. */
      readonly accounts: number;
      /** How many more they have linked after this; left out where the policy file names them first. */
      readonly links?: number;
      readonly text: Text;
    }
  | {
      readonly type: 'identity.unlinked';
      readonly person: PersonId;
      readonly links: number;
      readonly text: Text;
    }
  | { readonly type: 'identity.code_given'; readonly person: PersonId; readonly expiresAt: Instant }
  /** A client's job showed its forge's token, and may ask until then. */
  | {
      readonly type: 'session.opened' | 'session.renewed';
      readonly issuer: string;
      readonly expiresAt: Instant;
    }
  | { readonly type: 'directory.failed'; readonly kind: string; readonly text: Text }
  | {
      readonly type: 'policy.loaded';
      readonly version: Digest;
      readonly previous: Digest | null;
      readonly text: Text;
    }
  | {
      /** A file that was not taken. What was in force stays so. */
      readonly type: 'policy.refused';
      readonly inForce: Digest | null;
      readonly problems: number;
      readonly text: Text;
    }
  /** A message that stands in a place: a card, a result told to one person, a digest. */
  | { readonly type: 'notification.sent'; readonly place: Place; readonly kind: NoticeKind }
  /** A card whose buttons are gone, since nobody can decide any more. */
  | { readonly type: 'notification.updated'; readonly place: Place; readonly kind: NoticeKind }
  | {
      readonly type: 'notification.failed';
      readonly place: Place;
      readonly kind: NoticeKind;
      readonly text: Text;
    }
  | { readonly type: 'audit.viewed'; readonly from: number; readonly count: number }
  | {
      readonly type: 'audit.exported';
      readonly from: number;
      readonly to: number;
      readonly reports: readonly string[];
    }
  | {
      readonly type: 'disclosure.erased';
      /** The entry that committed to the text, and under which name. */
      readonly seq: number;
      readonly field: string;
      readonly text: Text;
    }
  | {
      readonly type: 'log.pruned';
      /** Entries below this one are in the archive of that digest, and no longer here. */
      readonly before: number;
      readonly archive: Digest;
    }
  | {
      readonly type: 'log.started';
      readonly clean: boolean;
      /**
       * Left out unless it runs on a copy that was put back: the newest entry of the copy, and whether
       * an anchor showed that it is the newest one. Where none did, nothing is released before the next epoch.
       */
      readonly restored?: { readonly from: number; readonly confirmed: boolean };
    }
  | { readonly type: 'log.stopped' }
  | { readonly type: 'log.heartbeat' }
  | {
      /** From here on checkpoints are signed by `next`. The first key of a log follows none. */
      readonly type: 'log.key_rotated';
      readonly previous: string | null;
      readonly next: string;
    }
  | {
      /** An operator goes on with a log that an anchor is ahead of. `key` signs from here on. */
      readonly type: 'log.epoch_opened';
      readonly epoch: number;
      readonly key: string;
      readonly text: Text;
    }
  | { readonly type: 'audit.anchored'; readonly anchor: string; readonly size: number; readonly text: Text }
  | {
      readonly type: 'audit.anchor_failed';
      readonly anchor: string;
      readonly size: number;
      readonly text: Text;
    }
  | { readonly type: 'storage.fault'; readonly code: 'FULL' }
  | { readonly type: 'clock.anomaly'; readonly behindMs: number };

export type Event = RequestEvent | LogEvent;
