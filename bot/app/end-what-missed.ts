import type { RequestEvent } from '../core/event.ts';
import { tick } from '../core/lifecycle/time.ts';
import { isTerminal, STATES } from '../core/request.ts';
import { record, type Writing } from './change-request.ts';
import { type Context, KEYTURN } from './context.ts';

const NOT_OVER = STATES.filter((state) => !isTerminal(state));
const BATCH = 200;
const MISSED = 'A policy was loaded that this request never met, because a directory was silent. Ask again.';

/**
 * Before another policy takes the place of one that could not be met: whatever has not met it would
 * skip it, and be held to less than every policy since it was asked. So it ends here. What was
 * released stays released.
 */
export function endWhatMissed(context: Context, writing: Writing): void {
  const { tx, at } = writing;
  const version = tx.policyInForce();
  if (version === null || tx.policyMet() === version) return;
  for (let after = 0; ; ) {
    const open = tx.inStates(NOT_OVER, BATCH, after);
    const last = open.at(-1);
    if (last === undefined) return;
    for (const stored of open) {
      if (stored.demands.policyVersion === version) continue;
      // What time alone had ended before is not denied.
      const request = record(context, writing, stored, tick(stored, at).events, KEYTURN);
      const end = endOf(request.state);
      if (end !== null) record(context, writing, request, [end], { kind: 'policy', version });
    }
    after = last.number;
  }
}

function endOf(state: (typeof STATES)[number]): RequestEvent | null {
  if (state === 'pending' || state === 'flagged')
    return { type: 'request.denied', rules: [], text: { tell: MISSED } };
  return state === 'approved' ? { type: 'request.revoked', because: 'policy', text: {} } : null;
}
