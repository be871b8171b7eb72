import { toIsoTime } from '../../bot/core/instant.ts';
import type { Refusal, RefusalCode } from '../../bot/core/refusal.ts';
import { REFUSAL_TEXT, refusalText } from '../../bot/views/refusals.ts';

/** A code without a status does not compile. */
const STATUS: Readonly<Record<RefusalCode, number>> = {
  UNAUTHENTICATED: 401,
  SELF_REVIEW: 403,
  NOT_A_HUMAN: 403,
  NOT_ELIGIBLE: 403,
  UNKNOWN_ACCOUNT: 403,
  ACTION_NOT_ALLOWED: 403,
  FULL_VIEW_REQUIRED: 403,
  REQUESTER_FROZEN: 403,
  STEP_UP_REQUIRED: 403,
  POST_REVIEW_OVERDUE: 403,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  ALREADY_REVIEWED: 409,
  ALREADY_RESOLVED: 409,
  EXPIRED: 409,
  FLAGGED: 409,
  DIGEST_MISMATCH: 409,
  NOT_APPROVED: 409,
  ALREADY_CONSUMED: 409,
  NOT_YOURS_TO_RUN: 409,
  IDEMPOTENCY_KEY_REUSED: 409,
  FREEZE_IN_FORCE: 409,
  MALFORMED: 400,
  BODY_TIMEOUT: 408,
  BODY_TOO_LARGE: 413,
  INVALID: 422,
  COMMENT_REQUIRED: 422,
  NO_ELIGIBLE_REVIEWER: 422,
  UNRESOLVED_IDENTITY: 422,
  LIMIT_REACHED: 429,
  UNAVAILABLE: 503,
  DIRECTORY_UNAVAILABLE: 503,
};

/**
 * RFC 9457. `code` is stable; `detail` is for people. What was decided, when and by whom is told to
 * persons who may read the request, and never to a client.
 */
export function problem(refusal: Refusal, nameOf: ((person: string) => string) | null = null): Response {
  const { code, fields, retryAfter, about } = refusal;
  const status = STATUS[code];
  const told = about === undefined || nameOf === null ? {} : decided(about, nameOf);
  const body = {
    type: `urn:keyturn:problem:${code}`,
    title: code,
    status,
    code,
    detail: nameOf === null ? REFUSAL_TEXT[code] : refusalText(refusal),
    ...(fields === undefined
      ? {}
      : { errors: fields.map(({ pointer, problem: detail }) => ({ pointer, detail })) }),
    ...told,
  };
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  if (status === 503 && retryAfter === undefined) headers['retry-after'] = '5';
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  // The rest of such a body is not read, so the connection cannot be used again.
  if (status === 408 || status === 413) headers['connection'] = 'close';
  return new Response(JSON.stringify(body), { status, headers });
}

function decided(about: NonNullable<Refusal['about']>, nameOf: (person: string) => string) {
  return {
    state: about.state,
    resolved_at: about.resolvedAt === null ? null : toIsoTime(about.resolvedAt),
    last_review_by: about.decidedBy === null ? null : nameOf(about.decidedBy),
  };
}
