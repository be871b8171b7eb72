import type { RequestEvent } from '../event.ts';
import { remindersLeft } from '../reminders.ts';
import type { ActionRequest, Instant } from '../request.ts';
import { type Accepted, accept } from './command.ts';

/** When something about this request changes by itself if nothing else happens, or null. */
export function dueAt(request: ActionRequest): Instant | null {
  const times = [endsAt(request), nextReminder(request), reviewDueAt(request)].filter(
    (time) => time !== null,
  );
  return times.length === 0 ? null : Math.min(...times);
}

/** What time alone has done by now. The deadline itself already counts as past. */
export function tick(request: ActionRequest, at: Instant): Accepted {
  const end = endsAt(request);
  const isOver = end !== null && at >= end;
  const events: RequestEvent[] = isOver ? [ended(request)] : remindersDue(request, at);
  const review = reviewDueAt(request);
  if (request.brokenGlass !== null && review !== null && at >= review)
    events.push({ type: 'break_glass.overdue', person: request.brokenGlass.person, dueAt: review });
  return accept(...events);
}

/** When its state ends by itself. */
function endsAt(request: ActionRequest): Instant | null {
  switch (request.state) {
    case 'pending':
    case 'flagged':
      return request.demands.expiresAt;
    case 'approved':
      return request.usableUntil;
    case 'executing':
      return silentAt(request);
    default:
      return null;
  }
}

/**
 * When nobody can say any more how it ended. A caller has the plan's time, and so has whoever may take up
 * a try that may be repeated, from when it may be taken up. What may run once only is lost with its
 * worker's lease: nobody will take it over.
 */
function silentAt({ execution, executor, demands }: ActionRequest): Instant | null {
  if (execution === null) return null;
  const { run, stopRequested, heardAt } = execution;
  const { outcomeWithinMs } = demands;
  if (run === null || executor === null) return heardAt + outcomeWithinMs;
  // Nobody takes up again what somebody wants to end.
  if (stopRequested) return run.retryAt ?? run.leaseUntil;
  if (run.retryAt !== null) return run.retryAt + outcomeWithinMs;
  const isLast = executor.kind === 'once' || run.attempt >= MOST_TRIES;
  return isLast ? run.leaseUntil : run.leaseUntil + outcomeWithinMs;
}

/** How often one action is started at most, whatever its kind. */
export const MOST_TRIES = 5;

/** When a worker may next take it, or null. The list of what is to be run is read off this. */
export function runAt({ state, executor, execution, resolvedAt }: ActionRequest): Instant | null {
  if (executor === null) return null;
  if (state === 'approved') return resolvedAt;
  const run = state === 'executing' ? execution?.run : null;
  if (run === null || run === undefined || execution?.stopRequested === true) return null;
  if (run.retryAt !== null) return run.retryAt;
  return executor.kind !== 'once' && run.attempt < MOST_TRIES ? run.leaseUntil : null;
}

function ended({ state }: ActionRequest): RequestEvent {
  if (state === 'approved') return { type: 'request.lapsed' };
  return state === 'executing' ? { type: 'execution.unknown' } : { type: 'request.expired' };
}

function nextReminder(request: ActionRequest): Instant | null {
  return request.state === 'pending' ? (remindersLeft(request)[0]?.at ?? null) : null;
}

function remindersDue(request: ActionRequest, at: Instant): RequestEvent[] {
  if (request.state !== 'pending') return [];
  return remindersLeft(request)
    .filter((reminder) => reminder.at <= at)
    .map((reminder) => ({ type: 'reminder.sent', dueAt: reminder.at, groups: reminder.groups }));
}

/** Also of what is long over: the review of a broken glass has a time of its own. */
function reviewDueAt({ brokenGlass }: ActionRequest): Instant | null {
  const isDone = brokenGlass === null || brokenGlass.overdue || brokenGlass.review !== null;
  return isDone ? null : brokenGlass.dueAt;
}
