import { isIn } from './firm.ts';
import { breakGlass, postReview } from './foresee-glass.ts';
import { isFrozenNow } from './glass.ts';
import {
  glassStands,
  type Held,
  isFull,
  isTooUnsure,
  isUnsure,
  mayRead,
  mightRead,
  pastCode,
  seatGroups,
  seatsOpenTo,
  standsBehind,
} from './held.ts';
import { type Foreseen, type Model, no } from './model.ts';
import type { Ended, Said, SaidOn } from './said.ts';

type Of<Call extends Said['call']> = Extract<Said, { readonly call: Call }>;

const CONSUME_REPEAT_MS = 60_000;
const MOST_LATE_REPORTS = 10;

/** What the bot must answer to this, and what that makes of the request. The order of the checks is the contract's. */
export function foresee(model: Model, said: Said, newId: () => string): Foreseen {
  if ('who' in said && !model.isKnown(said.who)) return no('UNAUTHENTICATED');
  switch (said.call) {
    case 'submit':
      return model.submit(said, newId);
    case 'clear requester':
      // About requests, a stranger learns that there are none; here there is nothing to hide.
      if (said.who === 'mallory') return no('UNAUTHENTICATED');
      return model.clearRequester(said.who, said.requester, said.comment);
    case 'leave':
      model.leave();
      return { ok: true, id: null, state: null };
    case 'list':
    case 'sweep':
      for (const id of model.requests.keys()) model.get(id);
      return { ok: true, id: null, state: null };
    case 'forget':
      return { ok: true, id: null, state: null };
    default:
      return onRequest(model, said);
  }
}

function onRequest(model: Model, said: SaidOn): Foreseen {
  const request = model.get(said.id);
  if (request === undefined || !mayRead(model.firm, request, said.who)) {
    if (request !== undefined && isAboutPeople(said) && mightRead(model.firm, request, said.who))
      return no('DIRECTORY_UNAVAILABLE');
    return no(said.call === 'review' ? 'NOT_ELIGIBLE' : 'NOT_FOUND');
  }
  const code = refusalOf(model, request, said);
  if (code === null && said.call === 'poll' && said.who === request.asker) model.heard(request.id);
  return code === null ? { ok: true, id: request.id, state: request.state } : no(code);
}

/** Only its asker ever makes the others, and no directory knows who that is. */
function isAboutPeople({ call }: SaidOn): boolean {
  return call !== 'consume' && call !== 'heartbeat';
}

/** What has not met the policy in force can be stopped, and looked at; nothing else until it has. */
function waitsForDirectory(model: Model, request: Held, said: SaidOn): boolean {
  if (!model.hasToMeet(request)) return false;
  if (said.call === 'review') return said.verdict === 'approve';
  return ['glass', 'post-review', 'clear', 'settle'].includes(said.call);
}

/** Null is yes; then the request has changed. */
function refusalOf(model: Model, request: Held, said: SaidOn): string | null {
  if (waitsForDirectory(model, request, said)) return 'DIRECTORY_UNAVAILABLE';
  switch (said.call) {
    case 'view':
      return view(request, said);
    case 'review':
      return review(model, request, said);
    case 'glass':
      return breakGlass(model, request, said);
    case 'post-review':
      return postReview(model, request, said);
    case 'cancel':
      return cancel(request, said);
    case 'revoke':
    case 'stop':
      return withdraw(model, request, said);
    case 'clear':
      return clear(model, request, said);
    case 'settle':
      return settle(model, request, said);
    case 'consume':
      return consume(model, request, said);
    case 'outcome':
      return outcome(request, said);
    case 'heartbeat':
      return heartbeat(model, request, said);
    case 'read':
    case 'poll':
      return null;
  }
}

function view(request: Held, { who }: Of<'view'>): string | null {
  if (who === request.asker) return 'FORBIDDEN';
  request.seen.add(who);
  return null;
}

function review(
  model: Model,
  request: Held,
  { who, verdict, digest, comment, via }: Of<'review'>,
): string | null {
  const { state, ruling } = request;
  if (ruling.excluded.includes(who)) return 'SELF_REVIEW';
  if (seatsOpenTo(model.firm, request, who) === 0) return notIn(model, seatGroups(request));
  if (state === 'expired') return 'EXPIRED';
  const isOpen = state === 'pending' || state === 'flagged';
  const isFlaggable = verdict === 'flag' && (state === 'approved' || state === 'executing');
  if (!isOpen && !isFlaggable) return 'ALREADY_RESOLVED';
  if (state === 'flagged' && verdict !== 'reject') return 'FLAGGED';
  if (digest !== request.digest) return 'DIGEST_MISMATCH';
  const voted = request.votes.some((vote) => vote.who === who && vote.verdict === 'approve' && !vote.void);
  if (verdict === 'approve' && voted) return 'ALREADY_REVIEWED';
  if (verdict !== 'approve' && ruling.comment && comment === null) return 'COMMENT_REQUIRED';
  if (verdict === 'approve' && isUnsure(model.firm, seatGroups(request))) return 'DIRECTORY_UNAVAILABLE';
  if (verdict === 'approve' && isTooUnsure(request)) return 'UNRESOLVED_IDENTITY';
  if (verdict === 'approve' && isFrozenNow(model.firm, request.body, model.now)) return 'FREEZE_IN_FORCE';
  if (verdict === 'approve' && ruling.critical && via === 'api') return 'STEP_UP_REQUIRED';
  if (verdict === 'approve' && !request.seen.has(who)) return 'FULL_VIEW_REQUIRED';

  request.votes.push({ who, verdict, void: false });
  if (verdict === 'reject') request.state = 'rejected';
  if (verdict === 'flag') flag(model, request);
  if (verdict === 'approve' && isFull(model.firm, request)) {
    request.state = 'approved';
    request.approvedAt = model.now;
    request.usableUntil = model.now + ruling.usableForMs;
  }
  return null;
}

function flag(model: Model, request: Held): void {
  request.wasFlagged = true;
  if (request.state === 'pending') request.state = 'flagged';
  else if (request.state === 'approved') request.state = 'revoked';
  else request.stopRequested = true;
  model.freeze(request);
}

function cancel(request: Held, { who, key }: Of<'cancel'>): string | null {
  if (who !== request.asker && !standsBehind(request, who)) return 'FORBIDDEN';
  const others = request.submissions.filter((submission) => submission.key !== key);
  if (key !== null && others.length === request.submissions.length) return 'NOT_FOUND';
  if (request.state === 'flagged') return 'FLAGGED';
  if (request.state !== 'pending' && request.state !== 'approved') return pastCode(request.state);
  if (key !== null && others.length > 0) request.submissions = others;
  else request.state = 'cancelled';
  return null;
}

function withdraw(model: Model, request: Held, { call, who, comment }: Of<'revoke' | 'stop'>): string | null {
  if (!standsBehind(request, who) && seatsOpenTo(model.firm, request, who) === 0)
    return notIn(model, seatGroups(request));
  const { state } = request;
  if (state === 'pending' || state === 'flagged') return 'NOT_APPROVED';
  if (call === 'stop' && state === 'approved') return 'NOT_APPROVED';
  if (call === 'stop' && state !== 'executing') return 'ALREADY_RESOLVED';
  if (call === 'revoke' && state !== 'approved') return pastCode(state);
  if (comment === '') return 'COMMENT_REQUIRED';
  if (call === 'revoke') request.state = 'revoked';
  else request.stopRequested = true;
  return null;
}

function clear(model: Model, request: Held, { who, comment }: Of<'clear'>): string | null {
  if (request.ruling.excluded.includes(who)) return 'SELF_REVIEW';
  if (!isIn(model.firm, who, model.firm.clearFrom)) return notIn(model, [model.firm.clearFrom]);
  if (request.state !== 'flagged') return request.state === 'expired' ? 'EXPIRED' : 'ALREADY_RESOLVED';
  if (comment === '') return 'COMMENT_REQUIRED';
  request.state = 'pending';
  for (const vote of request.votes) vote.void = true;
  return null;
}

function settle(model: Model, request: Held, { who, status, comment }: Of<'settle'>): string | null {
  const { state, ruling } = request;
  if (ruling.excluded.includes(who)) return 'SELF_REVIEW';
  const may =
    ruling.seats.length === 0
      ? isIn(model.firm, who, model.firm.clearFrom)
      : seatsOpenTo(model.firm, request, who) > 0;
  if (!may) return notIn(model, ruling.seats.length === 0 ? [model.firm.clearFrom] : seatGroups(request));
  if (['pending', 'flagged', 'approved'].includes(state)) return 'NOT_APPROVED';
  if (state === 'executing') return 'ALREADY_CONSUMED';
  if (state !== 'unknown') return 'ALREADY_RESOLVED';
  if (comment === '') return 'COMMENT_REQUIRED';
  end(request, status, { status, exitCode: null, settled: true });
  return null;
}

function consume(model: Model, request: Held, { who, digest, key }: Of<'consume'>): string | null {
  const { state, consumed } = request;
  const isSame = key !== null && consumed?.key === key && digest === request.digest;
  if (isSame && who === request.asker && model.now - consumed.at <= CONSUME_REPEAT_MS) return null;
  if (model.hasToMeet(request)) return 'DIRECTORY_UNAVAILABLE';
  if (who !== request.asker) return 'NOT_YOURS_TO_RUN';
  if (state === 'flagged') return 'FLAGGED';
  if (state === 'pending') return 'NOT_APPROVED';
  if (state !== 'approved') return pastCode(state) === 'ALREADY_RESOLVED' ? 'NOT_APPROVED' : pastCode(state);
  if (digest !== request.digest) return 'DIGEST_MISMATCH';
  if (model.frozen.has(who)) return 'REQUESTER_FROZEN';
  if (!stillApproved(model, request)) return 'DIRECTORY_UNAVAILABLE';
  if (isTooUnsure(request)) return 'UNRESOLVED_IDENTITY';
  if (isFrozenNow(model.firm, request.body, model.now) && !glassStands(model.firm, request))
    return 'FREEZE_IN_FORCE';
  request.state = 'executing';
  request.heardAt = model.now;
  request.consumed = { key, at: model.now };
  return null;
}

/** Whoever leaves by a policy loses the vote at once, so that only a silent directory can take it here. */
function stillApproved(model: Model, request: Held): boolean {
  const isAllowed = request.ruling.effect === 'allow' && request.ruling.seats.length === 0;
  return isAllowed || isFull(model.firm, request) || glassStands(model.firm, request);
}

function notIn(model: Model, groups: readonly string[]): string {
  return isUnsure(model.firm, groups) ? 'DIRECTORY_UNAVAILABLE' : 'NOT_ELIGIBLE';
}

function outcome(request: Held, { who, nonce, status, exitCode }: Of<'outcome'>): string | null {
  if (who !== request.asker || request.nonce !== nonce) return 'FORBIDDEN';
  const told = { status, exitCode };
  const same = (past: typeof told | undefined | null) =>
    past?.status === status && past.exitCode === exitCode;
  if (request.state === 'executing') {
    end(request, status, { ...told, settled: false });
    return null;
  }
  // After a person has settled it, a report that agrees is kept as evidence.
  const agrees = request.outcome?.settled === true && request.outcome.status === status;
  if (request.state === 'unknown' || agrees) {
    if (!same(request.late.at(-1)) && request.late.length < MOST_LATE_REPORTS) request.late.push(told);
    return null;
  }
  return request.outcome?.settled === false && same(request.outcome) ? null : 'ALREADY_RESOLVED';
}

function heartbeat(model: Model, request: Held, { who, nonce }: Of<'heartbeat'>): string | null {
  if (who !== request.asker || request.nonce !== nonce) return 'FORBIDDEN';
  if (request.state === 'unknown') return null;
  if (request.state !== 'executing') return 'ALREADY_RESOLVED';
  request.heardAt = model.now;
  return null;
}

function end(request: Held, status: Ended, how: NonNullable<Held['outcome']>): void {
  request.state = status;
  request.outcome = how;
}
