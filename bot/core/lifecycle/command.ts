import type { FreezeInForce } from '../calendar-freeze.ts';
import type { Digest } from '../digest.ts';
import type { Actor, RequestEvent } from '../event.ts';
import type { Evaluation } from '../policy.ts';
import type { Refusal } from '../refusal.ts';
import type { Instant, PersonId, Proof, RunOutput, Submission, Verdict, Via } from '../request.ts';

/** What is asked of one request. `by` is always authenticated; the core never looks at a credential. */
export type Command =
  | {
      readonly type: 'review';
      readonly person: PersonId;
      readonly verdict: Verdict;
      readonly actionDigest: string;
      readonly comment: string | null;
      readonly via: Via;
      readonly proof: Proof;
      /** It came from a card, which shows the whole view unless something of it is hidden. */
      readonly fromCard: boolean;
    }
  | {
      readonly type: 'break-glass';
      readonly person: PersonId;
      readonly actionDigest: string;
      readonly reason: string;
      /** The target as the person typed it. */
      readonly confirmTarget: string;
      readonly via: Via;
      readonly proof: Proof;
    }
  | {
      readonly type: 'post-review';
      readonly person: PersonId;
      readonly verdict: Verdict;
      readonly comment: string | null;
      readonly via: Via;
      readonly proof: Proof;
    }
  | { readonly type: 'view'; readonly person: PersonId }
  | { readonly type: 'join'; readonly submission: Submission; readonly reason: string }
  | { readonly type: 'cancel'; readonly by: Actor; readonly key: string | null }
  | { readonly type: 'leave' }
  | { readonly type: 'clear'; readonly person: PersonId; readonly comment: string }
  | { readonly type: 'revoke'; readonly person: PersonId; readonly comment: string }
  | { readonly type: 'stop'; readonly person: PersonId; readonly comment: string }
  | { readonly type: 'freeze' }
  | {
      readonly type: 'consume';
      readonly by: Actor;
      readonly actionDigest: string;
      /** SHA-256 over the stored bytes of the action, computed now. */
      readonly storedDigest: Digest;
      readonly nonceDigest: Digest;
    }
  | {
      readonly type: 'report';
      readonly by: Actor;
      readonly nonceDigest: Digest;
      readonly status: 'succeeded' | 'failed';
      readonly exitCode: number | null;
      readonly detail: string | null;
    }
  | {
      readonly type: 'claim';
      readonly worker: string;
      readonly storedDigest: Digest;
      /** The executor's definition in the config that is in force now; null when there is none. */
      readonly definition: Digest | null;
      readonly nonceDigest: Digest;
      readonly leaseMs: number;
    }
  | {
      readonly type: 'finish';
      readonly worker: string;
      readonly attempt: number;
      readonly status: 'succeeded' | 'failed' | 'unknown';
      readonly exitCode: number | null;
      readonly detail: string | null;
      /** Milliseconds until another try may follow; null where none may. */
      readonly retryInMs: number | null;
      readonly output: RunOutput | null;
    }
  | {
      readonly type: 'settle';
      readonly person: PersonId;
      readonly status: 'succeeded' | 'failed';
      readonly comment: string;
    }
  | {
      readonly type: 'reevaluate';
      readonly evaluation: Evaluation;
      readonly policyVersion: Digest;
      /** What Keyturn itself would run under the new config; null where it runs nothing of that name. */
      readonly definition: Digest | null;
    }
  | { readonly type: 'tick' };

/** What is true now, looked up before the core is asked. */
export interface Circumstances {
  readonly at: Instant;
  /** Of the policy that is in force. An open request that has not met it MUST be reevaluated first. */
  readonly policyVersion: Digest;
  /** The groups this person is in now. Nobody the directory does not know is in any. */
  readonly groupsOf: (person: PersonId) => readonly string[];
  readonly clearFrom: readonly string[];
  /** Groups for which nobody can say now who is in them. What hangs on one of them is refused. */
  readonly unknownGroups: ReadonlySet<string>;
  readonly isRequesterFrozen: () => boolean;
  readonly members: (group: string) => readonly PersonId[];
  /** The calendar freezes that hold for this request at this moment. */
  readonly freezes: () => readonly FreezeInForce[];
  /** Whether an earlier break-glass of this person should have been reviewed by now, and was not. */
  readonly hasOverdueReview: (person: PersonId) => boolean;
}

export interface Accepted {
  readonly ok: true;
  readonly events: readonly RequestEvent[];
  /** A flag freezes the requester as well; that is a record of its own. */
  readonly freezes?: true;
}

export type Decision = Accepted | Refusal;

export function accept(...events: readonly RequestEvent[]): Accepted {
  return { ok: true, events };
}
