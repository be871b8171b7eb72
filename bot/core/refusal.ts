/** Every expected "no". Stable: callers, CI jobs and auditors compare these words. */
export const REFUSALS = [
  'UNAUTHENTICATED',
  'SELF_REVIEW',
  'NOT_A_HUMAN',
  'NOT_ELIGIBLE',
  'UNKNOWN_ACCOUNT',
  'ACTION_NOT_ALLOWED',
  'FULL_VIEW_REQUIRED',
  'REQUESTER_FROZEN',
  'STEP_UP_REQUIRED',
  'POST_REVIEW_OVERDUE',
  'FORBIDDEN',
  'NOT_FOUND',
  'ALREADY_REVIEWED',
  'ALREADY_RESOLVED',
  'EXPIRED',
  'FLAGGED',
  'DIGEST_MISMATCH',
  'NOT_APPROVED',
  'ALREADY_CONSUMED',
  'NOT_YOURS_TO_RUN',
  'IDEMPOTENCY_KEY_REUSED',
  'FREEZE_IN_FORCE',
  'MALFORMED',
  'BODY_TIMEOUT',
  'BODY_TOO_LARGE',
  'INVALID',
  'COMMENT_REQUIRED',
  'NO_ELIGIBLE_REVIEWER',
  'UNRESOLVED_IDENTITY',
  'LIMIT_REACHED',
  'UNAVAILABLE',
  'DIRECTORY_UNAVAILABLE',
] as const;

export type RefusalCode = (typeof REFUSALS)[number];

/** What a code alone does not say. For people; a client is told the code. */
const REASONS = ['account_taken', 'link_code', 'payload_erased', 'too_many_links'] as const;
export type Reason = (typeof REASONS)[number];

/** One offending field of a request body. `pointer` is a JSON pointer into the body (RFC 6901). */
export interface FieldProblem {
  readonly pointer: string;
  readonly problem: string;
}

/** The request a refusal is about, for those who may read it: a late click is told what was decided. */
interface RefusedRequest {
  readonly state: string;
  readonly resolvedAt: number | null;
  readonly decidedBy: string | null;
}

export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly reason?: Reason;
  readonly fields?: readonly FieldProblem[];
  readonly about?: RefusedRequest;
  /** Seconds until it is worth trying again. */
  readonly retryAfter?: number;
}

export function refuse(code: RefusalCode, more: Omit<Refusal, 'ok' | 'code'> = {}): Refusal {
  return { ok: false, code, ...more };
}
