import type { Reason, Refusal, RefusalCode } from '../core/refusal.ts';

/** What people read: what happened, why, and what to do next. A code without a sentence does not compile. */
export const REFUSAL_TEXT: Readonly<Record<RefusalCode, string>> = {
  UNAUTHENTICATED:
    'No valid credential came with this call, so nothing was done. Send `Authorization: Bearer TOKEN`, with a token that is in use.',
  SELF_REVIEW:
    'You cannot decide on this request, because you stand behind it: you asked for it, it was asked on your behalf, you answer for its requester, or the policy excludes you. Ask somebody else in the groups that its seats name.',
  NOT_A_HUMAN:
    'Only a person may do this, and this is a client credential, which never can. A person does it with an account of their own.',
  NOT_ELIGIBLE:
    'You are not one of the people who may do this. The seats of the request name the groups that may: ask somebody in one of them.',
  UNKNOWN_ACCOUNT:
    'This account belongs to no person in the policy, so nothing was done. Ask an administrator to link it.',
  ACTION_NOT_ALLOWED:
    'This client may not ask for that action on that target, so nothing was created. Ask for one that is on its lists, or have its owner extend them.',
  FULL_VIEW_REQUIRED:
    'Your approval was not taken, because you have not seen all of it yet. Open the full payload first, then approve.',
  REQUESTER_FROZEN:
    'This requester is frozen, because one of its requests was flagged. Nothing it asks goes on until somebody of the groups in `clear_from` lifts the freeze: ask one of them.',
  STEP_UP_REQUIRED:
    'The way you used does not count for this approval: its plan does not take it, or it is critical and a token alone is not enough. Approve in a chat that the plan names, or in the room with a code from whoever runs Keyturn.',
  POST_REVIEW_OVERDUE:
    'An earlier break-glass of yours has not been reviewed in time, so you cannot use another. Ask somebody who may review it to do that first.',
  FORBIDDEN:
    'You may see this, but it is not yours to do, so nothing was done. Ask its requester, or somebody whom the policy names for it.',
  NOT_FOUND:
    'There is nothing of that name, or it is not yours to see, so nothing was done. Check the id; where it is right, ask its requester.',
  ALREADY_REVIEWED:
    'You have approved this request already, and one person counts once. There is nothing more to do for you; another person fills the next seat.',
  ALREADY_RESOLVED:
    'This was decided already, so nothing has changed. If the answer should be another, it must be asked again.',
  EXPIRED:
    'The time for this request is over, so nothing was done. If it is still wanted, it must be asked again.',
  FLAGGED:
    'This request was flagged as suspicious and is stopped, so nothing was done. Ask somebody of the groups in `clear_from` to look at it.',
  DIGEST_MISMATCH:
    'This is not the digest of the stored action: what you saw is not what would run, so nothing was done. Look at the request again, and decide on what it says now.',
  NOT_APPROVED:
    'This request is not in a state in which that is possible, so nothing was done. Look at its state: wait where it is pending, and ask again where it is over.',
  ALREADY_CONSUMED:
    'This request was released already, and one approval runs once. To run it again, ask again.',
  NOT_YOURS_TO_RUN:
    'Only the requester itself may run this, and you are somebody else. Let the one that asked run it, or ask for it yourself.',
  IDEMPOTENCY_KEY_REUSED:
    'This idempotency key was used with another body, so nothing was created. Use a new key for a new submission.',
  FREEZE_IN_FORCE:
    'A calendar freeze is in force: nothing of this kind may be asked, approved or run now. Try again when it is over; in an emergency, break-glass may be possible.',
  MALFORMED: 'The body is not valid JSON in UTF-8, so nothing was read of it. Correct it and send it again.',
  BODY_TIMEOUT: 'The body did not arrive in time, so nothing was done. Send it again, all at once.',
  BODY_TOO_LARGE: 'The body is larger than 256 KiB, so nothing was read of it. Send a smaller one.',
  INVALID:
    'Some of what was sent is not valid, so nothing was done. Each problem is named with its field; correct them and send it again.',
  COMMENT_REQUIRED: 'This needs a comment, so nothing was done yet. Say why, and send it again.',
  NO_ELIGIBLE_REVIEWER:
    'Nobody could approve this, or review it afterwards: too few people are left who do not stand behind it themselves. Nothing was done; ask whoever keeps the policy to name more.',
  UNRESOLVED_IDENTITY:
    'Somebody behind this request is linked to no person, and its risk is too high for that, so nothing was done. Have them linked, then try again.',
  LIMIT_REACHED:
    'That was too often, or too many are open at once, so nothing was done. Try again later, when some of them have ended.',
  UNAVAILABLE:
    'Keyturn cannot do this safely now, so it did nothing. Try again later; whoever runs it sees why.',
  DIRECTORY_UNAVAILABLE:
    'The directory cannot say who is in which group, so nothing could be decided, and nothing is lost. Try again in a minute.',
};

/** In place of the sentence above, where there is more to say than the code does. */
export const REASON_TEXT: Readonly<Record<Reason, string>> = {
  account_taken:
    'This account belongs to somebody else already, so it was not linked. An administrator can take it from them first.',
  link_code:
    'This code is not valid: it was used, has run out, or was never given. Ask for a new one; it is good for ten minutes.',
  payload_erased:
    'This payload was erased, because the time for which payloads are kept is over. What was decided on it, and its digest, are still here: decide by those, or have it asked again.',
  too_many_links:
    'You have as many accounts linked as one person may have. An administrator can remove one of them first.',
};

/** What a person reads. */
export function refusalText({ code, reason }: Pick<Refusal, 'code' | 'reason'>): string {
  return reason === undefined ? REFUSAL_TEXT[code] : REASON_TEXT[reason];
}
