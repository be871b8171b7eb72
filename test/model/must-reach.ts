import type { Call } from './said.ts';
import type { Reached } from './setting.ts';

// What a few thousand histories must have met, or they prove less than their number says: each answer
// that the contract has for a call, each state, and each way for the bot to go down.

const ANSWERS: Readonly<Record<Call, string>> = {
  submit: `answered thrown UNAUTHENTICATED INVALID IDEMPOTENCY_KEY_REUSED ACTION_NOT_ALLOWED REQUESTER_FROZEN
    LIMIT_REACHED FREEZE_IN_FORCE NO_ELIGIBLE_REVIEWER DIRECTORY_UNAVAILABLE UNRESOLVED_IDENTITY`,
  view: 'answered UNAUTHENTICATED NOT_FOUND FORBIDDEN DIRECTORY_UNAVAILABLE',
  review: `answered thrown UNAUTHENTICATED NOT_ELIGIBLE SELF_REVIEW EXPIRED ALREADY_RESOLVED FLAGGED
    DIGEST_MISMATCH ALREADY_REVIEWED COMMENT_REQUIRED FREEZE_IN_FORCE STEP_UP_REQUIRED FULL_VIEW_REQUIRED DIRECTORY_UNAVAILABLE UNRESOLVED_IDENTITY`,
  glass: `answered UNAUTHENTICATED NOT_FOUND SELF_REVIEW NOT_ELIGIBLE EXPIRED FLAGGED ALREADY_RESOLVED
    DIGEST_MISMATCH REQUESTER_FROZEN POST_REVIEW_OVERDUE INVALID NO_ELIGIBLE_REVIEWER STEP_UP_REQUIRED
    FULL_VIEW_REQUIRED DIRECTORY_UNAVAILABLE UNRESOLVED_IDENTITY`,
  'post-review': `answered UNAUTHENTICATED NOT_FOUND SELF_REVIEW NOT_ELIGIBLE NOT_APPROVED ALREADY_RESOLVED
    COMMENT_REQUIRED DIRECTORY_UNAVAILABLE`,
  cancel: `answered thrown UNAUTHENTICATED NOT_FOUND FORBIDDEN FLAGGED ALREADY_CONSUMED EXPIRED
    ALREADY_RESOLVED`,
  revoke: `answered UNAUTHENTICATED NOT_FOUND NOT_ELIGIBLE NOT_APPROVED ALREADY_CONSUMED EXPIRED
    ALREADY_RESOLVED COMMENT_REQUIRED DIRECTORY_UNAVAILABLE`,
  stop: 'answered UNAUTHENTICATED NOT_FOUND NOT_ELIGIBLE NOT_APPROVED ALREADY_RESOLVED DIRECTORY_UNAVAILABLE',
  clear:
    'answered UNAUTHENTICATED NOT_FOUND SELF_REVIEW NOT_ELIGIBLE EXPIRED ALREADY_RESOLVED DIRECTORY_UNAVAILABLE',
  settle: `answered UNAUTHENTICATED NOT_FOUND SELF_REVIEW NOT_ELIGIBLE NOT_APPROVED ALREADY_CONSUMED
    ALREADY_RESOLVED DIRECTORY_UNAVAILABLE`,
  consume: `answered thrown UNAUTHENTICATED NOT_FOUND NOT_YOURS_TO_RUN FLAGGED NOT_APPROVED EXPIRED
    ALREADY_CONSUMED DIGEST_MISMATCH REQUESTER_FROZEN FREEZE_IN_FORCE DIRECTORY_UNAVAILABLE UNRESOLVED_IDENTITY`,
  outcome: 'answered UNAUTHENTICATED NOT_FOUND FORBIDDEN ALREADY_RESOLVED',
  heartbeat: 'answered UNAUTHENTICATED NOT_FOUND FORBIDDEN ALREADY_RESOLVED',
  read: 'answered UNAUTHENTICATED NOT_FOUND',
  poll: 'answered UNAUTHENTICATED NOT_FOUND',
  list: 'answered UNAUTHENTICATED',
  'clear requester':
    'answered UNAUTHENTICATED SELF_REVIEW NOT_ELIGIBLE NOT_FOUND ALREADY_RESOLVED DIRECTORY_UNAVAILABLE',
  sweep: 'answered',
  leave: 'answered',
  forget: 'answered',
};

const STATES = `pending flagged approved executing unknown succeeded failed rejected denied expired cancelled
  lapsed revoked`;

const EVENTS = [
  'hang: answered',
  'clock stepped back',
  'crash before the write',
  'crash in the write',
  'crash after the answer',
  'crash while it starts',
  'restart with the same policy',
  'restart with another policy',
  'reload',
  'reload that fails in the middle',
  'a policy waits for a directory',
];

/** What was never met, and should have been. */
export function neverReached(reached: Reached): readonly string[] {
  const wanted = [
    ...Object.entries(ANSWERS).flatMap(([call, answers]) => words(answers).map((one) => `${call}: ${one}`)),
    ...words(STATES).map((state) => `is ${state}`),
    ...EVENTS,
  ];
  return wanted.filter((what) => !reached.has(what));
}

/** One line per call: how often it was answered with what. */
export function toLines(reached: Reached): readonly string[] {
  const lines = new Map<string, string[]>();
  for (const [what, times] of [...reached].sort()) {
    const [about = '', answer] = what.split(': ');
    const line = answer === undefined ? 'besides' : about;
    lines.set(line, [...(lines.get(line) ?? []), `${answer ?? about} ${times}`]);
  }
  return [...lines].map(([about, answers]) => `${about}: ${answers.join(', ')}`);
}

function words(text: string): readonly string[] {
  return text.split(/\s+/);
}
