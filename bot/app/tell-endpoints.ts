import { outboundBody, toOutboundType } from '../core/outbound-event.ts';
import type { ActionRequest } from '../core/request.ts';
import type { Transaction } from '../ports/store.ts';
import type { Context } from './context.ts';
import type { Logged } from './logged.ts';

/** A message for each endpoint that takes such an event. All that happened in one transaction tells of its end. */
export function tellEndpoints(
  { places, time }: Pick<Context, 'places' | 'time'>,
  tx: Transaction,
  request: ActionRequest,
  logged: readonly Logged[],
): void {
  for (const { event, seq } of logged) {
    const type = toOutboundType(event);
    const takers = type === null ? [] : places.takers(type);
    if (type === null || takers.length === 0) continue;
    const at = tx.newestEntry()?.ts ?? time.now();
    const body = outboundBody(request, { type, entry: { seq, type: event.type }, at });
    for (const place of takers) tx.notify({ kind: 'text', place, seq, body });
  }
}
