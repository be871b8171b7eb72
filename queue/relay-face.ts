import type { Context } from '../bot/app/context.ts';
import type { Courier } from '../bot/ports/courier.ts';
import type { Messenger } from '../bot/ports/messenger.ts';
import { deliverCard } from './relay-card.ts';
import { deliverDigest } from './relay-digest.ts';
import { postOnce, type Sending } from './relay-post.ts';
import { deliverProgress } from './relay-progress.ts';

/**
 * Turns a face that can post, edit and find into one that posts each message once.
 *
 * Before the first try a key is stored with the notice; after it the message's id, in the same
 * transaction that crosses the notice out. A notice that already has a key was perhaps posted by a
 * process that died, so the face is asked for it first.
 */
export function faceCourier(context: Context, messenger: Messenger): Courier {
  return {
    face: messenger.face,
    toldOfChanges: false,
    deliver(waiting, signal) {
      const { notice } = waiting;
      const sending: Sending = { context, messenger, waiting, signal };
      switch (notice.kind) {
        case 'card':
          return deliverCard(sending, notice);
        case 'digest':
          return deliverDigest(sending, notice);
        case 'thread': {
          const [card] = context.store.committed.cards(notice.place, notice.request);
          // Gathered into a digest, or never posted: there is nothing to hang it under.
          if (card === undefined) return Promise.resolve({ done: true });
          return postOnce(sending, notice, card.message);
        }
        case 'progress':
          return deliverProgress(sending, notice);
        case 'direct':
          return postOnce(sending, notice, null);
        case 'change':
        case 'text':
          return Promise.resolve({ done: false, never: `${messenger.face} takes no ${notice.kind}` });
      }
    },
  };
}
