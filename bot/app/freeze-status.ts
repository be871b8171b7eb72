import type { Window } from '../core/calendar-freeze.ts';
import type { Instant } from '../core/request.ts';
import type { Context } from './context.ts';

interface FreezeStatus {
  readonly id: string;
  /** When the one that is in force now ends, or null. */
  readonly until: Instant | null;
  readonly next: Window | null;
}

/** Every calendar freeze of the policy, and when it holds. Whom it holds for stands in the policy file. */
export function freezeStatus(context: Context): readonly FreezeStatus[] {
  const now = context.time.now();
  return context.rulebook.policy.freezes.map(({ id, windows }) => ({
    id,
    until: windows.endAt(now),
    next: windows.next(now),
  }));
}
