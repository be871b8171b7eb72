import { secondsLeft } from '../calendar-freeze.ts';
import type { RequestEvent } from '../event.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { ActionRequest } from '../request.ts';
import { allFilled } from '../seats.ts';
import { isTooUnsure } from '../unresolved.ts';
import { glassStands } from './break-glass.ts';
import { accept, type Circumstances, type Command, type Decision } from './command.ts';
import {
  filledSeats,
  isExcluded,
  isGlassUnsure,
  isInClearFrom,
  isRequester,
  isUnsure,
  notIn,
  seatGroups,
  seatsOpenTo,
} from './eligibility.ts';
import { isBlank } from './review.ts';
import { pastCode } from './withdraw.ts';

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>;

/** An executor that says something else each time is answered, and fills neither request nor log. */
export const MOST_LATE_REPORTS = 10;

/** Released once: `approved` is left here and never entered again. Everything is checked again first. */
export function consume(request: ActionRequest, command: Of<'consume'>, now: Circumstances): Decision {
  // What Keyturn runs itself is released to its own workers only.
  if (request.executor !== null || !isRequester(request, command.by)) return refuse('NOT_YOURS_TO_RUN');
  const no = releaseProblem(request, command.storedDigest, now, command.actionDigest);
  if (no !== null) return no;
  return accept({ type: 'grant.issued', nonceDigest: command.nonceDigest, audience: request.requester.id });
}

/** Why it may not be released now, to whomever; null when it may. */
export function releaseProblem(
  request: ActionRequest,
  storedDigest: string,
  now: Circumstances,
  /** The digest that the other side named, where it names one. */
  namedDigest: string = request.actionDigest,
): Refusal | null {
  if (request.state === 'flagged') return refuse('FLAGGED');
  if (request.state !== 'approved') {
    const past = pastCode(request);
    return refuse(request.state === 'pending' || past === 'ALREADY_RESOLVED' ? 'NOT_APPROVED' : past);
  }
  if (namedDigest !== request.actionDigest) return refuse('DIGEST_MISMATCH');
  if (storedDigest !== request.actionDigest) return refuse('DIGEST_MISMATCH');
  if (now.isRequesterFrozen()) return refuse('REQUESTER_FROZEN');
  if (!stillApproved(request, now)) {
    const isUnknown = isUnsure(request, now) || isGlassUnsure(request, now);
    return refuse(isUnknown ? 'DIRECTORY_UNAVAILABLE' : 'NOT_APPROVED');
  }
  if (isTooUnsure(request, request.demands.risk)) return refuse('UNRESOLVED_IDENTITY');
  const freezes = glassStands(request, now) ? [] : now.freezes();
  if (freezes.length > 0) return refuse('FREEZE_IN_FORCE', { retryAfter: secondsLeft(freezes, now.at) });
  return null;
}

/** A vote of somebody who has since left the group fills nothing, and their broken glass is whole again. */
export function stillApproved(request: ActionRequest, now: Circumstances): boolean {
  const { seats } = request.demands;
  if (glassStands(request, now)) return true;
  if (request.effect === 'allow' && seats.length === 0) return true;
  return seats.length > 0 && allFilled(seats, filledSeats(request, now));
}

export function report(request: ActionRequest, command: Of<'report'>): Decision {
  const { execution, state } = request;
  if (request.executor !== null || !isRequester(request, command.by)) return refuse('FORBIDDEN');
  if (execution === null || execution.nonceDigest !== command.nonceDigest) return refuse('FORBIDDEN');
  const { status, exitCode } = command;
  const text: Record<string, string> = command.detail === null ? {} : { detail: command.detail };
  if (state === 'executing') return accept({ type: `execution.${status}`, exitCode, text });
  const late: RequestEvent = { type: 'execution.late_report', status, exitCode, text };
  const isHeard =
    execution.lateReports.length >= MOST_LATE_REPORTS || isRepeat(execution.lateReports.at(-1), command);
  if (state === 'unknown') return isHeard ? accept() : accept(late);
  if (execution.outcome?.settledBy === null) {
    return isRepeat(execution.outcome, command) ? accept() : refuse('ALREADY_RESOLVED');
  }
  // A person settled it before the executor spoke: its word is kept as evidence, not as the outcome.
  if (execution.outcome?.status !== status) return refuse('ALREADY_RESOLVED');
  return isHeard ? accept() : accept(late);
}

function isRepeat(
  past:
    | { readonly status: string; readonly exitCode: number | null; readonly detail: string | null }
    | null
    | undefined,
  command: Of<'report'>,
): boolean {
  return (
    past?.status === command.status && past.exitCode === command.exitCode && past.detail === command.detail
  );
}

/** A sign of life. It moves the deadline of the outcome and is no entry of the log. */
export function heartbeat(
  request: ActionRequest,
  command: Pick<Of<'report'>, 'by' | 'nonceDigest'>,
  now: Circumstances,
): { readonly ok: true; readonly request: ActionRequest } | ReturnType<typeof refuse> {
  const { execution, state } = request;
  if (request.executor !== null || !isRequester(request, command.by)) return refuse('FORBIDDEN');
  if (execution === null || execution.nonceDigest !== command.nonceDigest) return refuse('FORBIDDEN');
  if (state === 'unknown') return { ok: true, request };
  if (state !== 'executing') return refuse('ALREADY_RESOLVED');
  return { ok: true, request: { ...request, execution: { ...execution, heardAt: now.at } } };
}

/** What nobody could say, a person says: one of the plan's seats, outside the exclusion set. */
export function settle(request: ActionRequest, command: Of<'settle'>, now: Circumstances): Decision {
  const { person, status, comment } = command;
  if (isExcluded(request, person)) return refuse('SELF_REVIEW');
  if (!maySettle(request, command, now)) return notIn(settlers(request, now), now);
  if (request.state === 'pending' || request.state === 'flagged' || request.state === 'approved') {
    return refuse('NOT_APPROVED');
  }
  if (request.state === 'executing') return refuse('ALREADY_CONSUMED');
  if (request.state !== 'unknown') return refuse('ALREADY_RESOLVED');
  if (isBlank(comment)) return refuse('COMMENT_REQUIRED');
  return accept({ type: 'execution.settled', person, status, text: { comment } });
}

function settlers(request: ActionRequest, { clearFrom }: Circumstances): readonly string[] {
  return request.demands.seats.length === 0 ? clearFrom : seatGroups(request);
}

/** A request that a rule allowed has no seats; those who may lift a flag settle it. */
function maySettle(request: ActionRequest, { person }: Of<'settle'>, now: Circumstances): boolean {
  if (request.demands.seats.length === 0) return isInClearFrom(person, now);
  return seatsOpenTo(request, person, now).length > 0;
}
