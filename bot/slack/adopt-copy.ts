import { adoptPost } from '../app/adopt-post.ts';
import type { Context } from '../app/context.ts';
import { toRequestId } from '../app/context.ts';
import { channelOf, faceOf } from '../core/place.ts';

/**
 * A card was clicked. Where it is a copy that was posted right before a crash and never noted, it is
 * kept true from now on. The place is the one whose other cards stand in the same channel.
 */
export async function adoptCopy(
  context: Context,
  request: string,
  channel: string,
  ts: string,
): Promise<void> {
  const id = toRequestId(request);
  const { committed } = context.store;
  const stored = committed.request(id);
  if (stored === null) return;
  const message = `${channel}/${ts}`;
  const places = stored.demands.notify.filter((place) => faceOf(place) === 'slack');
  const place = places.find((one) => {
    const [newest] = committed.postsIn(one, { kinds: ['card'], before: Number.MAX_SAFE_INTEGER, most: 1 });
    return channelOf(one) === channel || newest?.message.startsWith(`${channel}/`);
  });
  if (place !== undefined) await adoptPost(context, place, id, message);
}
