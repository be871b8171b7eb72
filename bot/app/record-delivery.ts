import type { RequestId } from '../core/request.ts';
import type { Notice, WaitingNotice } from '../ports/notice.ts';
import { write } from './change-request.ts';
import { type Context, KEYTURN } from './context.ts';

/** A message that will never arrive is crossed out, and that it will not is on record. */
export function recordGivenUp(context: Context, one: WaitingNotice, why: string): Promise<void> {
  const { notice } = one;
  return write(context, ({ tx, at }) => {
    tx.crossOut([one]);
    // The operator's own log is no message to anybody.
    if (notice.kind === 'change') return;
    const request = requestOf(notice);
    const event = {
      type: 'notification.failed',
      place: notice.place,
      kind: notice.kind,
      text: { why },
    } as const;
    tx.append(event, KEYTURN, at, request === null ? null : tx.request(request));
  });
}

export function requestOf(notice: Notice): RequestId | null {
  return 'request' in notice ? notice.request : null;
}
