import type { Place } from '../bot/core/place.ts';
import type { Delivery } from '../bot/ports/courier.ts';
import type { DigestNotice } from '../bot/ports/notice.ts';
import type { Reading } from '../bot/ports/store.ts';
import { notNow, postOnce, type Sending } from './relay-post.ts';

/** A digest of more requests than this says less than a new one. */
const MOST_DIGESTED = 200;
/** One that began this long ago has scrolled out of sight. */
const OPEN_FOR_MS = 10 * 60_000;

/** The digest that takes up the next request of this flood, or null when it is time for a new one. */
export function openDigest(committed: Reading, place: Place, now: number): string | null {
  const last = committed.newestDigest(place);
  const isOpen = last !== null && now - last.since < OPEN_FOR_MS && last.count < MOST_DIGESTED;
  return isOpen ? last.digest : null;
}

export async function deliverDigest(sending: Sending, notice: DigestNotice): Promise<Delivery> {
  const { context, messenger, signal } = sending;
  const posts = context.store.committed.digestPosts(notice.digest);
  if (posts.length === 0) return postOnce(sending, notice, null);
  const gone: string[] = [];
  for (const { message } of posts) {
    const edited = await messenger.edit(notice, message, signal);
    if (edited === 'gone') gone.push(message);
    else if (edited !== 'edited') return notNow(edited);
  }
  return {
    done: true,
    mayWait: gone.length === 0,
    record(tx) {
      for (const message of gone) tx.removePost(notice.place, message);
    },
  };
}
