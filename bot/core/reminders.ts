import { union } from './plan.ts';
import type { ActionRequest, Instant } from './request.ts';

/** When people are told again that a request waits, and which groups besides those who were told first. */
interface Reminder {
  readonly at: Instant;
  readonly groups: readonly string[];
}

/** What is still to be sent for this request, soonest first. Nothing at the very beginning or end. */
export function remindersLeft(request: ActionRequest): readonly Reminder[] {
  const { createdAt, remindedUntil, demands } = request;
  const { expiresAt, remind, escalate } = demands;
  const groupsAt = new Map<Instant, readonly string[]>();
  const add = (at: Instant, groups: readonly string[]) => {
    if (at <= (remindedUntil ?? createdAt) || at >= expiresAt) return;
    groupsAt.set(at, union([...(groupsAt.get(at) ?? []), ...groups]));
  };
  for (const time of remind)
    add(time === 'half' ? createdAt + Math.floor((expiresAt - createdAt) / 2) : expiresAt - time, []);
  for (const { afterMs, notify } of escalate) add(createdAt + afterMs, notify);
  return [...groupsAt].map(([at, groups]) => ({ at, groups })).sort((a, b) => a.at - b.at);
}
