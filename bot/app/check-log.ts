import { type Refusal, refuse } from '../core/refusal.ts';
import type { LogCheck, LogChecker } from '../ports/log-checker.ts';
import { write } from './change-request.ts';
import type { Context, PersonCaller } from './context.ts';
import { callRefused, recordRefusal } from './record-refusal.ts';

/** The server's own check of its log. For auditors, and itself an entry: all of it was looked at. */
export async function checkLog(
  context: Context,
  checker: LogChecker,
  caller: PersonCaller,
): Promise<{ readonly ok: true; readonly check: LogCheck } | Refusal> {
  const recorded = await write<Refusal | null>(context, (writing) => {
    const { tx, at } = writing;
    if (!context.rulebook.auditors.has(caller.id)) {
      recordRefusal(context, writing, caller, callRefused('audit verify')('FORBIDDEN'));
      return refuse('FORBIDDEN');
    }
    const from = tx.firstSeq();
    const viewed = { type: 'audit.viewed', from, count: tx.lastSeq() + 1 - from } as const;
    tx.append(viewed, caller.actor, at, null);
    return null;
  });
  if (recorded !== null) return recorded;
  const running = checker.check();
  return running === null ? refuse('LIMIT_REACHED', { retryAfter: 30 }) : { ok: true, check: await running };
}
