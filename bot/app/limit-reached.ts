import { type Refusal, refuse } from '../core/refusal.ts';
import { current, type Writing } from './change-request.ts';
import type { Caller, Context } from './context.ts';

const MINUTE_MS = 60_000;
const MOST_DUE = 500;

/** Whether this caller asks too often or has too much open, and when it is worth trying again. */
export function limitReached(context: Context, caller: Caller, writing: Writing): Refusal | null {
  const { tx, at } = writing;
  const { openPerRequester, newPerMinute } = context.rulebook.limits;
  if (
    newPerMinute !== 'unlimited' &&
    tx.countSince(caller.id, at - MINUTE_MS, newPerMinute) >= newPerMinute
  ) {
    return refuse('LIMIT_REACHED', { retryAfter: 60 });
  }
  if (openPerRequester === 'unlimited') return null;
  const isFull = () => tx.countOpen(caller.id, openPerRequester) >= openPerRequester;
  if (!isFull()) return null;
  // What time has closed is not open, also where the sweeper has not been yet.
  for (const id of tx.due(at, MOST_DUE)) current(context, writing, id);
  return isFull() ? refuse('LIMIT_REACHED', { retryAfter: 30 }) : null;
}
