import { type Refusal, refuse } from '../core/refusal.ts';
import { write } from './change-request.ts';
import type { Context, PersonCaller } from './context.ts';
import { checkpointIn } from './take-checkpoint.ts';

/**
 * What shows that one entry is in the log: its hash's way to a root that was signed. For auditors, and
 * itself an entry. An entry that no checkpoint covers yet gets one now, rather than
 * an answer that has to wait.
 */
export function proveEntry(context: Context, caller: PersonCaller, seq: number): Promise<string | Refusal> {
  return write<string | Refusal>(context, (writing) => {
    const { tx, at } = writing;
    if (!context.rulebook.auditors.has(caller.id)) return refuse('FORBIDDEN');
    if (seq > tx.lastSeq()) return refuse('NOT_FOUND');
    const newest = tx.newestCheckpoint();
    tx.append({ type: 'audit.viewed', from: seq, count: 1 }, caller.actor, at, null);
    const checkpoint = newest !== null && newest.size > seq ? newest : checkpointIn(context, writing);
    if (checkpoint === null) return refuse('UNAVAILABLE');
    return tx.tree.tlogProof(seq, checkpoint);
  });
}
