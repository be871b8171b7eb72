import type { Check } from './check.ts';
import { knownGroups } from './check-plans.ts';

/** A reminder that comes when the request is over, or before it began, is one that never comes. */
export function checkNotices(check: Check): void {
  for (const [key, plan] of check.draft.plans) {
    if (plan === null) continue;
    const path = ['plans', key];
    for (const [index, time] of (plan.remind ?? []).entries()) {
      if (time !== 'half' && time >= plan.expires_after)
        check.report([...path, 'remind', index], 'must be shorter than expires_after: it would never come');
    }
    for (const [index, { after, notify }] of plan.escalate.entries()) {
      const at = [...path, 'escalate', index];
      if (after >= plan.expires_after)
        check.report([...at, 'after'], 'must be shorter than expires_after: it would never come');
      knownGroups(check, notify, [...at, 'notify']);
    }
  }
}
