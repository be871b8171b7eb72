import { write } from '../bot/app/change-request.ts';
import { type Context, KEYTURN } from '../bot/app/context.ts';
import type { Delivery } from '../bot/ports/courier.ts';
import type { Messenger, NotNow, Postable } from '../bot/ports/messenger.ts';
import type { Post, WaitingNotice } from '../bot/ports/notice.ts';

/** One notice on its way to one face. */
export interface Sending {
  readonly context: Context;
  readonly messenger: Messenger;
  readonly waiting: WaitingNotice;
  readonly signal: AbortSignal;
}

export async function postOnce(
  { context, messenger, waiting, signal }: Sending,
  notice: Postable,
  under: string | null,
): Promise<Delivery> {
  const { seq, request, digest } = subjectOf(context, notice);
  const found = waiting.key === null ? null : await messenger.find(notice, waiting.key, signal);
  const key = waiting.key ?? Buffer.from(context.random.bytes(16)).toString('hex');
  if (waiting.key === null) await write(context, ({ tx }) => tx.claim(waiting.id, key));
  const posted = found === null ? await messenger.post(notice, { key, under, signal }) : { message: found };
  if (!('message' in posted)) return notNow(posted);
  const { message } = posted;
  const { place, kind } = notice;
  return {
    done: true,
    record(tx, at) {
      tx.addPost({ place, kind, request, digest, seq, message, at });
      if (kind === 'thread') return;
      tx.append(
        { type: 'notification.sent', place, kind },
        KEYTURN,
        at,
        request === null ? null : tx.request(request),
      );
    },
  };
}

export function notNow(answer: NotNow): Delivery {
  return { done: false, ...answer };
}

/** What the message will show at least: read before the face renders it. */
function subjectOf({ store }: Context, notice: Postable): Pick<Post, 'seq' | 'request' | 'digest'> {
  switch (notice.kind) {
    case 'card':
      return { request: notice.request, digest: null, seq: store.committed.auditSeq(notice.request) };
    case 'digest':
      return { request: null, digest: notice.digest, seq: store.committed.lastSeq() };
    default:
      return { request: notice.request, digest: null, seq: notice.seq };
  }
}
