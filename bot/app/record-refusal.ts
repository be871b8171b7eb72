import type { Actor, LogEvent } from '../core/event.ts';
import type { RefusalCode } from '../core/refusal.ts';
import type { ActionRequest, Instant } from '../core/request.ts';
import type { Transaction } from '../ports/store.ts';
import type { Context } from './context.ts';

/** Beyond this many in a minute one entry counts the rest, so that nobody can fill the disk with noes. */
const MOST_A_MINUTE = 120;

export type RefusalEvent = LogEvent & { readonly code: RefusalCode };

/** Who was refused: a caller, or a worker. */
export interface Refused {
  readonly id: string;
  readonly actor: Actor;
}

/** The entry of a refused call that has no type of its own. */
export const callRefused =
  (call: string) =>
  (code: RefusalCode): RefusalEvent => ({ type: 'client.refused', code, call, times: 1, text: {} });

/**
 * Puts one refusal of an authenticated caller on the record, in the transaction that refused it. Where
 * the entry has no count of its own, the refusals that were not told stand in a second one, with the
 * `untold` that whoever calls has kept back itself.
 */
export function recordRefusal(
  { refusals }: Context,
  { tx, at }: { readonly tx: Transaction; readonly at: Instant },
  { id, actor }: Refused,
  event: RefusalEvent,
  about: ActionRequest | null = null,
  untold = 0,
): void {
  const told = refusals.of(`caller ${id}`, MOST_A_MINUTE);
  if (told === null) return;
  const times = told + untold;
  const counts = event.type === 'client.refused';
  tx.append(counts ? { ...event, times } : event, actor, at, about);
  if (counts || times === 1) return;
  const { code } = event;
  tx.append({ type: 'client.refused', code, call: 'any', times: times - 1, text: {} }, actor, at, null);
}
