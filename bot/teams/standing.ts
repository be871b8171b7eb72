import { adoptPost } from '../app/adopt-post.ts';
import type { Context } from '../app/context.ts';
import { toRequestId } from '../app/context.ts';
import { lookAt } from '../app/look-at-request.ts';
import { type Place, toPlace } from '../core/place.ts';
import { type RequestCard, requestCard } from '../views/request-card.ts';
import { channelOfConversation } from './directory.ts';
import type { Activity } from './schema.ts';

/**
 * The card that was clicked, as it is true now. Null where no card of this request stands there: what a
 * click says of itself must show nobody a request that they cannot see.
 */
export function standingCard(context: Context, activity: Activity, request: string): RequestCard | null {
  const message = messageOf(activity);
  const place = placeOf(activity);
  if (message === null) return null;
  const post = context.store.committed.post(place, message);
  if (post?.kind !== 'card' || post.request !== request) return null;
  const look = lookAt(context, post.request);
  return look === null ? null : requestCard(look);
}

/**
 * Where the card is a copy that was posted right before a crash and never noted, it is kept true from
 * now on. Only in a place that this request is shown in.
 */
export async function adoptCopy(context: Context, activity: Activity, request: string): Promise<void> {
  const id = toRequestId(request);
  const message = messageOf(activity);
  const place = placeOf(activity);
  const stored = context.store.committed.request(id);
  if (message === null || stored?.demands.notify.includes(place) !== true) return;
  await adoptPost(context, place, id, message);
}

function placeOf({ conversation }: Activity): Place {
  return toPlace('teams', channelOfConversation(conversation.id));
}

function messageOf({ conversation, replyToId }: Activity): string | null {
  return replyToId == null ? null : `${conversation.id}/${replyToId}`;
}
