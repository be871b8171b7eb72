import { type Refusal, refuse } from '../core/refusal.ts';
import { callerNow } from './caller-now.ts';
import { write } from './change-request.ts';
import type { Context, PersonCaller } from './context.ts';

/** The exact bytes that were hashed, one entry a line. For auditors, and itself an entry. */
export async function readEntries(
  context: Context,
  caller: PersonCaller,
  from: number,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | Refusal> {
  const isKnown = callerNow(context.rulebook, caller) !== null;
  if (!isKnown || !context.rulebook.auditors.has(caller.id)) return refuse('FORBIDDEN');
  const entries = context.store.committed.entries(from, most);
  const viewed = { type: 'audit.viewed', from, count: entries.length } as const;
  await write(context, ({ tx, at }) => void tx.append(viewed, caller.actor, at, null));
  const newline = Buffer.from('\n');
  return Buffer.concat(entries.flatMap(({ bytes }) => [bytes, newline]));
}
