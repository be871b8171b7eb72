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
      return request.execution === null ? null : request.execution.heardAt + request.demands.outcomeWithinMs;
    default:
      return null;
  }
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
