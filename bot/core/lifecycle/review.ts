import { secondsLeft } from '../calendar-freeze.ts';
import type { RequestEvent } from '../event.ts';
import { refuse } from '../refusal.ts';
import type { ActionRequest, PersonId } from '../request.ts';
import { allFilled, matchSeats } from '../seats.ts';
import { isTooUnsure } from '../unresolved.ts';
import { accept, type Circumstances, type Command, type Decision } from './command.ts';
import { filledSeats, isExcluded, isUnsure, notIn, seatGroups, seatsOpenTo } from './eligibility.ts';

type Review = Extract<Command, { type: 'review' }>;

/**
 * One person's vote. The order of the checks is the contract of `POST /reviews`: who you are comes
 * before what the request is, so that nobody learns a state they may not see.
 */
export function review(request: ActionRequest, command: Review, now: Circumstances): Decision {
  const { person, verdict } = command;
  if (isExcluded(request, person)) return refuse('SELF_REVIEW');
  const seats = seatsOpenTo(request, person, now);
  if (seats.length === 0) return notIn(seatGroups(request), now);
  if (request.state === 'expired') return refuse('EXPIRED');
  if (isResolvedFor(request, verdict)) return refuse('ALREADY_RESOLVED');
  if (request.state === 'flagged' && verdict !== 'reject') return refuse('FLAGGED');
  if (command.actionDigest !== request.actionDigest) return refuse('DIGEST_MISMATCH');
  if (verdict === 'approve' && hasApproved(request, command)) return refuse('ALREADY_REVIEWED');
  if (request.demands.comment[verdict] && isBlank(command.comment)) return refuse('COMMENT_REQUIRED');
  if (verdict === 'approve') {
    // The votes of others count with this one, and whether they still do cannot be said.
    if (isUnsure(request, now)) return refuse('DIRECTORY_UNAVAILABLE');
    if (isTooUnsure(request, request.demands.risk)) return refuse('UNRESOLVED_IDENTITY');
    const freezes = now.freezes();
    if (freezes.length > 0) return refuse('FREEZE_IN_FORCE', { retryAfter: secondsLeft(freezes, now.at) });
    if (isWeakWay(request, command)) return refuse('STEP_UP_REQUIRED');
    if (!hasSeenAll(request, command) && !showsAll(request, command)) return refuse('FULL_VIEW_REQUIRED');
  }

  const filledBy = filledSeats(withVote(request, command, now), now);
  const recorded: RequestEvent = {
    type: 'review.recorded',
    person,
    verdict,
    via: command.via,
    actionDigest: request.actionDigest,
    seats,
    filled: filledBy.reduce((sum, seat) => sum + seat.length, 0),
    of: request.demands.seats.reduce((sum, seat) => sum + seat.count, 0),
    text: isBlank(command.comment) ? {} : { comment: command.comment },
  };
  switch (verdict) {
    case 'approve': {
      // The card that was clicked is the view, so that it was seen is on record before the vote.
      const { viewDigest } = request;
      const shown: RequestEvent[] = hasSeenAll(request, command)
        ? []
        : [{ type: 'payload.viewed', person, viewDigest }];
      const usableUntil = now.at + request.demands.usableForMs;
      return allFilled(request.demands.seats, filledBy)
        ? accept(...shown, recorded, { type: 'request.approved', filledBy, usableUntil })
        : accept(...shown, recorded);
    }
    case 'reject':
      return accept(recorded, { type: 'request.rejected', person });
    case 'flag':
      return { ok: true, freezes: true, events: [recorded, afterFlag(request)] };
  }
}

function withVote(request: ActionRequest, command: Review, now: Circumstances): ActionRequest {
  const { person, verdict, comment, via } = command;
  const vote = { person, verdict, comment, via, at: now.at, void: false };
  return { ...request, reviews: [...request.reviews, vote] };
}

/** From approved on only a flag still counts, and only until the action has ended. */
function isResolvedFor(request: ActionRequest, verdict: Review['verdict']): boolean {
  if (request.state === 'pending' || request.state === 'flagged') return false;
  const flaggable = request.state === 'approved' || request.state === 'executing';
  return !(verdict === 'flag' && flaggable);
}

function afterFlag(request: ActionRequest): RequestEvent {
  if (request.state === 'approved') return { type: 'request.revoked', because: 'flag', text: {} };
  if (request.state === 'executing') return { type: 'request.stop_requested', because: 'flag', text: {} };
  return { type: 'request.flagged', because: 'flag' };
}

function hasApproved(request: ActionRequest, { person }: Review): boolean {
  return request.reviews.some((past) => past.person === person && past.verdict === 'approve' && !past.void);
}

/** A token can be stolen and used without its owner, in a face's login as well as in a call. */
export function isWeakWay(
  { demands }: ActionRequest,
  { via, proof }: Pick<Review, 'via' | 'proof'>,
): boolean {
  const byToken = via === 'api' || proof === 'token';
  return !demands.reviewVia.includes(via) || (demands.risk === 'critical' && byToken);
}

export function hasSeenAll(request: ActionRequest, { person }: { readonly person: PersonId }): boolean {
  return request.shown.some((shown) => shown.person === person && shown.viewDigest === request.viewDigest);
}

/** The card itself, when nothing is cut from it and no value is withheld. */
function showsAll({ preview }: ActionRequest, { fromCard }: Review): boolean {
  return fromCard && preview.hiddenLines === 0 && preview.hiddenValues === 0;
}

export function isBlank(text: string | null): text is null {
  return text === null || lengthSeen(text) === 0;
}

/** In characters that somebody can see: spaces, controls, zero widths and fillers between them count as one. */
export function lengthSeen(text: string): number {
  return [...text.replace(/[\p{C}\p{Z}\s\p{Default_Ignorable_Code_Point}\u2800]+/gu, ' ').trim()].length;
}

/** Whether these seats can be filled at all, by people outside the exclusion set and in some way. */
export function canBeFilled(
  demands: Pick<ActionRequest['demands'], 'seats' | 'exclusions' | 'reviewVia' | 'risk'>,
): boolean {
  if (!demands.reviewVia.some((way) => demands.risk !== 'critical' || way !== 'api')) return false;
  const excluded = new Set(demands.exclusions.map((exclusion) => exclusion.person));
  const everyone = new Set(demands.seats.flatMap((seat) => seat.candidates));
  const voters = [...everyone]
    .filter((person) => !excluded.has(person))
    .map((person) => ({
      person,
      seats: demands.seats.flatMap((seat, index) => (seat.candidates.includes(person) ? [index] : [])),
    }));
  return allFilled(demands.seats, matchSeats(demands.seats, voters));
}
