import type { Firm, Who } from './firm.ts';
import { isFrozenNow, isInAny, type ModelGlass, membersOf } from './glass.ts';
import { type Held, isTooUnsure, isUnsure } from './held.ts';
import type { Model } from './model.ts';
import type { SaidOn } from './said.ts';

type Of<Call extends SaidOn['call']> = Extract<SaidOn, { readonly call: Call }>;

/** What an approve alone must be answered, in the order of decision 0020. Null is yes. */
export function breakGlass(
  model: Model,
  request: Held,
  { who, digest, reason, target, via }: Of<'glass'>,
): string | null {
  const { firm, now } = model;
  const { state, ruling } = request;
  if (ruling.excluded.includes(who)) return 'SELF_REVIEW';
  const glass = ruling.glass.find((one) => one.candidates.includes(who) && isInAny(firm, who, one.who));
  if (glass === undefined)
    return notIn(
      firm,
      ruling.glass.flatMap((one) => one.who),
    );
  if (state === 'expired' || state === 'lapsed') return 'EXPIRED';
  if (state === 'flagged') return 'FLAGGED';
  const isHeldUp = state === 'approved' && isFrozenNow(firm, request.body, now) && request.broken === null;
  if (state !== 'pending' && !isHeldUp) return 'ALREADY_RESOLVED';
  if (digest !== request.digest) return 'DIGEST_MISMATCH';
  if (model.frozen.has(request.asker)) return 'REQUESTER_FROZEN';
  if (isOverdue(model, who)) return 'POST_REVIEW_OVERDUE';
  if (reason.length < glass.reasonMin || target !== targetOf(request)) return 'INVALID';
  if (!hasReviewer(firm, request, glass, who))
    return isUnsure(firm, glass.reviewBy) ? 'DIRECTORY_UNAVAILABLE' : 'NO_ELIGIBLE_REVIEWER';
  if (isTooUnsure(request)) return 'UNRESOLVED_IDENTITY';
  if (ruling.critical && via === 'api') return 'STEP_UP_REQUIRED';
  if (!request.seen.has(who)) return 'FULL_VIEW_REQUIRED';
  const { who: groups, reviewBy } = glass;
  request.broken = { who, groups, reviewBy, dueAt: now + glass.withinMs, verdict: null };
  if (state !== 'pending') return null;
  request.state = 'approved';
  request.approvedAt = now;
  request.usableUntil = now + ruling.usableForMs;
  return null;
}

export function targetOf({ body }: Pick<Held, 'body'>): string {
  const { system, environment, resource } = body.target;
  return `${system}/${environment}/${resource}`;
}

function hasReviewer(firm: Firm, { ruling }: Held, { reviewBy }: ModelGlass, breaker: Who): boolean {
  return membersOf(firm, reviewBy).some((who) => who !== breaker && !ruling.excluded.includes(who));
}

function notIn(firm: Firm, groups: readonly string[]): string {
  return isUnsure(firm, groups) ? 'DIRECTORY_UNAVAILABLE' : 'NOT_ELIGIBLE';
}

function isOverdue(model: Model, who: Who): boolean {
  return [...model.requests.values()].some(
    ({ broken }) => broken?.who === who && broken.verdict === null && model.now >= broken.dueAt,
  );
}

/** What a review afterwards must be answered, in the order of decision 0021. Null is yes. */
export function postReview(
  model: Model,
  request: Held,
  { who, verdict, comment, via }: Of<'post-review'>,
): string | null {
  const { broken, ruling } = request;
  if (ruling.excluded.includes(who) || broken?.who === who) return 'SELF_REVIEW';
  const reviewers = broken === null ? ruling.glass.flatMap(({ reviewBy }) => reviewBy) : broken.reviewBy;
  if (!isInAny(model.firm, who, reviewers)) return notIn(model.firm, reviewers);
  if (broken === null) return 'NOT_APPROVED';
  if (broken.verdict !== null) return 'ALREADY_RESOLVED';
  if (comment === '') return 'COMMENT_REQUIRED';
  if (verdict === 'approve' && ruling.critical && via === 'api') return 'STEP_UP_REQUIRED';
  request.broken = { ...broken, verdict };
  if (verdict === 'approve') return null;
  if (request.state === 'approved') request.state = 'revoked';
  else if (request.state === 'executing') request.stopRequested = true;
  if (verdict === 'flag') {
    request.wasFlagged = true;
    model.freeze(request);
  }
  return null;
}
