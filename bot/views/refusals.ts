import type { Reason, Refusal, RefusalCode } from '../core/refusal.ts';

/** What people read. One sentence on what happened, one on what to do. A code without one does not compile. */
export const REFUSAL_TEXT: Readonly<Record<RefusalCode, string>> = {
  UNAUTHENTICATED: 'No valid credential came with this call. Send `Authorization: Bearer TOKEN`.',
  SELF_REVIEW:
    'You cannot decide on this request: you asked for it, it was asked on your behalf, or you answer for its requester. Somebody else must.',
  NOT_A_HUMAN: 'Only a person may do this. A client credential never can.',
  NOT_ELIGIBLE:
    'You are not one of the people who may do this. The seats of the request name the groups that may.',
  UNKNOWN_ACCOUNT: 'This account belongs to no person in the policy. Ask an administrator to link it.',
  ACTION_NOT_ALLOWED: 'This client may not ask for that action on that target.',
  FULL_VIEW_REQUIRED:
    'You must have seen all of it before you approve. Open the full payload first, then approve.',
  REQUESTER_FROZEN:
    'This requester is frozen because one of its requests was flagged. A person must lift the freeze first.',
  STEP_UP_REQUIRED:
    'The way you used does not count for this approval: its plan does not take it, or it is critical and an API token is not enough, in a call or to log in. Use a face that the plan names, or a room code.',
  POST_REVIEW_OVERDUE:
    'An earlier break-glass of yours was not reviewed in time. Ask its reviewers to do that, then break the glass again.',
  FORBIDDEN: 'You may see this request, but not do this with it.',
  NOT_FOUND: 'There is no such request, or it is not yours to see.',
  ALREADY_REVIEWED: 'You have approved this request already. One person counts once.',
  ALREADY_RESOLVED: 'This request was decided already. Nothing has changed.',
  EXPIRED: 'The time for this request is over. It must be asked again.',
  FLAGGED: 'This request was flagged and is stopped until it is cleared.',
  DIGEST_MISMATCH:
    'This is not the digest of the stored action. What you saw is not what would run, so nothing was done.',
  NOT_APPROVED: 'This request is not in a state in which that is possible.',
  ALREADY_CONSUMED: 'This request was released already. One approval runs once.',
  NOT_YOURS_TO_RUN: 'Only the requester itself may run this.',
  IDEMPOTENCY_KEY_REUSED:
    'This idempotency key was used with another body. Use a new key for a new submission.',
  FREEZE_IN_FORCE:
    'A calendar freeze is in force, so nothing of this kind may be asked, approved or run now. Try again when it is over.',
  MALFORMED: 'The body is not valid JSON in UTF-8.',
  BODY_TIMEOUT: 'The body did not arrive in time.',
  BODY_TOO_LARGE: 'The body is larger than 256 KiB.',
  INVALID: 'Some fields are not valid. `errors` names each one.',
  COMMENT_REQUIRED: 'A comment is required. Say why.',
  NO_ELIGIBLE_REVIEWER:
    'Nobody could approve this: too few people outside the exclusion set. Nothing was created.',
  UNRESOLVED_IDENTITY:
    'Somebody behind this request is linked to no person, and its risk is too high for that.',
  LIMIT_REACHED: 'This requester has too many requests open or has asked too often. Try again later.',
  UNAVAILABLE: 'Keyturn cannot write its log now, so it does nothing. Try again later.',
  DIRECTORY_UNAVAILABLE:
    'The directory cannot say who is in which group, so nothing can be decided. Try again later.',
};

/** In place of the sentence above, where there is more to say than the code does. */
export const REASON_TEXT: Readonly<Record<Reason, string>> = {
  account_taken:
    'This account belongs to somebody else already, so it was not linked. An administrator can take it from them first.',
  link_code:
    'This code is not valid: it was used, has run out, or was never given. Ask for a new one; it is good for ten minutes.',
  payload_erased:
    'This payload was erased, because the time for which payloads are kept is over. What was decided on it, and its digest, are still here.',
  restored:
    'Keyturn runs on a copy that was restored from a backup. Nothing is released until an operator has confirmed that it is the newest one.',
  too_many_links:
    'You have as many accounts linked as one person may have. An administrator can remove one of them first.',
};

/** What a person reads. */
export function refusalText({ code, reason }: Pick<Refusal, 'code' | 'reason'>): string {
  return reason === undefined ? REFUSAL_TEXT[code] : REASON_TEXT[reason];
}
