import type { ActionRequest } from '../core/request.ts';
import { current, type Writing } from './change-request.ts';
import type { Context } from './context.ts';
import { toTwinKey } from './twin-key.ts';

/**
 * What a caller comes back for that was turned away while people still decided: the same asker, for the
 * same human, with the same people excluded, and exactly the same action. It is only found here.
 * Taking it is `consume`, which checks everything again and gives it to one of them.
 */
export function redeemable(context: Context, writing: Writing, twinKey: string): ActionRequest | null {
  const found = writing.tx.approvedTwin(twinKey);
  const live = found === null ? null : current(context, writing, found.id);
  if (live?.state !== 'approved') return null;
  // Of somebody who waits for it elsewhere, such as a guard, it is not to be taken away.
  if (!live.submissions.some(({ hold }) => hold === 'ticket')) return null;
  return toTwinKey(live, live.demands.exclusions) === twinKey ? live : null;
}
