import type { State } from '../../core/request.ts';

/** One word per state, and the colour it stands in. */
export const STATES: Readonly<Record<State, readonly [word: string, tone: string]>> = {
  pending: ['Waiting', 'waiting'],
  approved: ['Approved', 'good'],
  executing: ['Running', 'good'],
  succeeded: ['Done', 'good'],
  failed: ['Failed', 'attention'],
  rejected: ['Rejected', 'attention'],
  denied: ['Denied', 'attention'],
  flagged: ['Flagged', 'attention'],
  revoked: ['Revoked', 'attention'],
  unknown: ['Outcome unknown', 'warning'],
  expired: ['Expired', 'quiet'],
  lapsed: ['Lapsed', 'quiet'],
  cancelled: ['Cancelled', 'quiet'],
};

const OPEN: ReadonlySet<State> = new Set(['pending', 'flagged', 'approved', 'executing', 'unknown']);

export function isOpen(state: State | null): boolean {
  return state === null || OPEN.has(state);
}
