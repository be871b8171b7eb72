import { KEYTURN } from '../bot/app/context.ts';
import { isFlood } from '../bot/core/flood.ts';
import { newId } from '../bot/core/new-id.ts';
import { isTerminal } from '../bot/core/request.ts';
import type { Delivery } from '../bot/ports/courier.ts';
import type { CardNotice, Post } from '../bot/ports/notice.ts';
import { openDigest } from './relay-digest.ts';
import { notNow, postOnce, type Sending } from './relay-post.ts';

const MINUTE_MS = 60_000;

/** Posts the card, or makes every copy of it true, or leaves it to the digest that stands for it. */
export async function deliverCard(sending: Sending, notice: CardNotice): Promise<Delivery> {
  const { context, waiting } = sending;
  const { committed } = context.store;
  const { place, request: id } = notice;
  const request = committed.request(id);
  if (request === null) return { done: true };
  const copies = committed.cards(place, id);
  if (copies.length > 0) return editCopies(sending, notice, copies);

  const digest = committed.digestOf(place, id);
  if (digest !== null)
    return { done: true, mayWait: true, record: (tx) => tx.notify({ kind: 'digest', place, digest }) };
  const now = context.time.now();
  const { requester } = request;
  // One that was begun has to be finished: it may stand there already.
  if (waiting.key === null && isFlood(committed.countCards(place, now - MINUTE_MS, requester.id))) {
    const open = openDigest(committed, place, now);
    const gathered = open ?? newId('dig', now, context.random);
    return {
      done: true,
      // A new digest has to be there before the next request looks for one.
      mayWait: open !== null,
      record(tx) {
        tx.addDigested(place, id, gathered, now);
        tx.notify({ kind: 'digest', place, digest: gathered });
      },
    };
  }
  return postOnce(sending, notice, null);
}

async function editCopies(sending: Sending, notice: CardNotice, copies: readonly Post[]): Promise<Delivery> {
  const { context, messenger, signal } = sending;
  const { committed } = context.store;
  const { place, request: id } = notice;
  const seq = committed.auditSeq(id);
  const gone: Post[] = [];
  for (const copy of copies) {
    const edited = await messenger.edit(notice, copy.message, signal);
    if (edited === 'gone') gone.push(copy);
    else if (edited !== 'edited') return notNow(edited);
  }
  const request = committed.request(id);
  const isOver = request !== null && isTerminal(request.state);
  const kept = copies.filter((copy) => !gone.includes(copy));
  // Somebody deleted what still has to be decided: it comes back.
  const reposted = kept.length === 0 && !isOver ? await postOnce(sending, notice, null) : null;
  if (reposted !== null && !reposted.done) return reposted;
  const isSent = messenger.keepsNothing !== true;
  return {
    done: true,
    mayWait: !isSent,
    record(tx, at) {
      for (const { message } of gone) tx.removePost(place, message);
      for (const { message } of kept) tx.showed(place, message, seq);
      reposted?.record?.(tx, at);
      if (isSent && isOver && kept.length > 0) {
        tx.append({ type: 'notification.updated', place, kind: 'card' }, KEYTURN, at, request);
      }
    },
  };
}
