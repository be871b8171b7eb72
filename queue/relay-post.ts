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

export async function postOnce(sending: Sending, notice: Postable, under: string | null): Promise<Delivery> {
  const { context, messenger, signal } = sending;
  const { seq, request, digest } = subjectOf(context, notice);
  const key = await keyOf(sending);
  const found = sending.waiting.key === null ? null : await messenger.find(notice, key, signal);
  const posted = found === null ? await messenger.post(notice, { key, under, signal }) : { message: found };
  if (!('message' in posted)) return notNow(posted);
  const { message } = posted;
  const { place, kind } = notice;
  const isSent = messenger.keepsNothing !== true && kind !== 'thread';
  return {
    done: true,
    mayWait: messenger.keepsNothing === true,
    record(tx, at) {
      tx.addPost({ place, kind, request, digest, seq, message, at });
      if (!isSent) return;
      tx.append(
        { type: 'notification.sent', place, kind },
        KEYTURN,
        at,
        request === null ? null : tx.request(request),
      );
    },
  };
}

/** The message's key, on disk before anything leaves. */
async function keyOf({ context, messenger, waiting }: Sending): Promise<string> {
  if (waiting.key !== null) return waiting.key;
  const key = Buffer.from(context.random.bytes(16)).toString('hex');
  if (messenger.keepsNothing !== true) await write(context, ({ tx }) => tx.claim(waiting.id, key));
  return key;
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
