import { isSameGlass } from '../break-glass.ts';
import type { RequestEvent } from '../event.ts';
import { type FieldProblem, refuse } from '../refusal.ts';
import type { ActionRequest, BreakGlass, PersonId } from '../request.ts';
import { isTooUnsure } from '../unresolved.ts';
import { accept, type Circumstances, type Command, type Decision } from './command.ts';
import { isExcluded, notIn } from './eligibility.ts';
import { hasSeenAll, isBlank, isWeakWay, lengthSeen } from './review.ts';

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>;

/**
 * One person approves alone, in an emergency. It stands in for every seat and for a calendar freeze,
 * and for nothing else: not for a deny, a flag or a frozen requester, nor for having seen all of it.
 */
export function breakGlass(request: ActionRequest, command: Of<'break-glass'>, now: Circumstances): Decision {
  const { person, via } = command;
  if (isExcluded(request, person)) return refuse('SELF_REVIEW');
  const glass = glassOpenTo(request, person, now);
  if (glass === undefined)
    return notIn(
      request.demands.breakGlass.flatMap(({ who }) => who),
      now,
    );
  if (request.state === 'expired' || request.state === 'lapsed') return refuse('EXPIRED');
  if (request.state === 'flagged') return refuse('FLAGGED');
  const freezes = now.freezes();
  if (!isBreakable(request, freezes.length > 0)) return refuse('ALREADY_RESOLVED');
  if (command.actionDigest !== request.actionDigest) return refuse('DIGEST_MISMATCH');
  if (now.isRequesterFrozen()) return refuse('REQUESTER_FROZEN');
  if (now.hasOverdueReview(person)) return refuse('POST_REVIEW_OVERDUE');
  const fields = problems(request, glass, command);
  if (fields.length > 0) return refuse('INVALID', { fields });
  if (!canBeReviewed(request, glass, person, now)) {
    const unsure = glass.reviewBy.some((group) => now.unknownGroups.has(group));
    return refuse(unsure ? 'DIRECTORY_UNAVAILABLE' : 'NO_ELIGIBLE_REVIEWER');
  }
  if (isTooUnsure(request, request.demands.risk)) return refuse('UNRESOLVED_IDENTITY');
  if (isWeakWay(request, command)) return refuse('STEP_UP_REQUIRED');
  if (!hasSeenAll(request, command)) return refuse('FULL_VIEW_REQUIRED');

  const { who, notify, reviewBy } = glass;
  const used: RequestEvent = {
    type: 'break_glass.used',
    person,
    via,
    actionDigest: request.actionDigest,
    target: command.confirmTarget,
    reasonLength: lengthSeen(command.reason),
    who,
    notify,
    reviewBy,
    dueAt: now.at + glass.reviewWithinMs,
    freezes: freezes.map(({ id }) => id),
    text: { reason: command.reason },
  };
  if (request.state === 'approved') return accept(used);
  const usableUntil = now.at + request.demands.usableForMs;
  return accept(used, { type: 'request.approved', filledBy: [], usableUntil });
}

/** While it waits for its seats, or while only a calendar freeze keeps an approved one from running. */
function isBreakable({ state, brokenGlass }: ActionRequest, isFrozen: boolean): boolean {
  return state === 'pending' || (state === 'approved' && isFrozen && brokenGlass === null);
}

/** The first way that is open to this person: a candidate since the request was asked, and a member now. */
function glassOpenTo(request: ActionRequest, person: PersonId, now: Circumstances): BreakGlass | undefined {
  const groups = now.groupsOf(person);
  return request.demands.breakGlass.find(
    ({ who, candidates }) => candidates.includes(person) && who.some((group) => groups.includes(group)),
  );
}

function problems(
  { target }: ActionRequest,
  { reasonMin }: BreakGlass,
  { reason, confirmTarget }: Of<'break-glass'>,
): FieldProblem[] {
  const found: FieldProblem[] = [];
  if (lengthSeen(reason) < reasonMin)
    found.push({
      pointer: '/reason',
      problem: `must say why in at least ${reasonMin} characters; this has ${lengthSeen(reason)}`,
    });
  if (confirmTarget !== `${target.system}/${target.environment}/${target.resource}`)
    found.push({
      pointer: '/confirm_target',
      problem: 'must be the target of this request, typed out as system/environment/resource',
    });
  return found;
}

/** A review that nobody could ever do would never be done. */
function canBeReviewed(
  request: ActionRequest,
  { reviewBy }: BreakGlass,
  breaker: PersonId,
  now: Circumstances,
): boolean {
  return reviewBy.some((group) =>
    now.members(group).some((person) => person !== breaker && !isExcluded(request, person)),
  );
}

/** The person who broke the glass still may: no later policy excludes them or takes that way from them, and they have not left. */
export function glassStands(request: ActionRequest, now: Circumstances): boolean {
  const { brokenGlass, demands } = request;
  if (brokenGlass === null || isExcluded(request, brokenGlass.person)) return false;
  const { person, who } = brokenGlass;
  const isOpen = demands.breakGlass.some(
    (glass) => isSameGlass(glass, brokenGlass) && glass.candidates.includes(person),
  );
  return isOpen && now.groupsOf(person).some((group) => who.includes(group));
}

/** Somebody else looks at it afterwards. Anything but an approve stops what can still be stopped. */
export function postReview(request: ActionRequest, command: Of<'post-review'>, now: Circumstances): Decision {
  const { person, verdict, via, comment } = command;
  const { brokenGlass } = request;
  if (isExcluded(request, person) || person === brokenGlass?.person) return refuse('SELF_REVIEW');
  if (!mayPostReview(request, person, now))
    return notIn(
      glassWays(request).flatMap(({ reviewBy }) => reviewBy),
      now,
    );
  if (brokenGlass === null) return refuse('NOT_APPROVED');
  if (brokenGlass.review !== null) return refuse('ALREADY_RESOLVED');
  if (isBlank(comment)) return refuse('COMMENT_REQUIRED');
  if (verdict === 'approve' && isWeakWay(request, command)) return refuse('STEP_UP_REQUIRED');
  const reviewed: RequestEvent = { type: 'break_glass.reviewed', person, verdict, via, text: { comment } };
  const events = verdict === 'approve' ? [reviewed] : [reviewed, ...stopped(request)];
  return verdict === 'flag' ? { ok: true, freezes: true, events } : accept(...events);
}

function mayPostReview(request: ActionRequest, person: PersonId, now: Circumstances): boolean {
  const groups = now.groupsOf(person);
  return glassWays(request).some(({ reviewBy }) => reviewBy.some((group) => groups.includes(group)));
}

function glassWays({
  brokenGlass,
  demands,
}: ActionRequest): readonly { readonly reviewBy: readonly string[] }[] {
  return brokenGlass === null ? demands.breakGlass : [brokenGlass];
}

function stopped({ state }: ActionRequest): RequestEvent[] {
  if (state === 'approved') return [{ type: 'request.revoked', because: 'post_review', text: {} }];
  if (state === 'executing') return [{ type: 'request.stop_requested', because: 'post_review', text: {} }];
  return [];
}
