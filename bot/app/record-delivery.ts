import type { Delivery } from '../ports/courier.ts';
import type { WaitingNotice } from '../ports/notice.ts';
import { write } from './change-request.ts';
import { type Context, KEYTURN } from './context.ts';

/** Crossed out, together with what is now known of them: where the message stands, that it was sent. */
export function recordDelivered(
  context: Context,
  delivered: readonly { readonly one: WaitingNotice; readonly outcome: Delivery & { readonly done: true } }[],
): Promise<void> {
  return write(context, ({ tx, at, changed }) => {
    for (const { one, outcome } of delivered) {
      if (outcome.record === undefined) continue;
      outcome.record(tx, at);
      if ('request' in one.notice) changed.add(one.notice.request);
    }
    tx.crossOut(delivered.map(({ one }) => one));
  });
}

/** A message that will never arrive is crossed out, and that it will not is on record. */
export function recordGivenUp(context: Context, one: WaitingNotice, why: string): Promise<void> {
  const { notice } = one;
  return write(context, ({ tx, at }) => {
    tx.crossOut([one]);
    // The operator's own log is no message to anybody, and a line that was not edited stands there still.
    const isForTheOperator = notice.kind === 'change' && context.places.told.includes(notice.place);
    if (isForTheOperator || notice.kind === 'progress') return;
    const { place, kind } = notice;
    const request = 'request' in notice ? tx.request(notice.request) : null;
    tx.append({ type: 'notification.failed', place, kind, text: { why } }, KEYTURN, at, request);
  });
}
