import type { Place } from '../core/place.ts';
import type { RequestId } from '../core/request.ts';
import { write } from './change-request.ts';
import type { Context } from './context.ts';

/**
 * A click came from a card that we do not know of: posted right before a crash, on a face whose
 * vendor cannot be asked for it. From now on it is kept true like every other copy.
 */
export async function adoptPost(
  context: Context,
  place: Place,
  request: RequestId,
  message: string,
): Promise<void> {
  if (context.store.committed.post(place, message) !== null) return;
  if (context.store.committed.request(request) === null) return;
  await write(context, ({ tx, at }) => {
    tx.addPost({ place, kind: 'card', request, digest: null, seq: -1, message, at });
    tx.notify({ kind: 'card', place, request, seq: tx.auditSeq(request) });
  });
}
