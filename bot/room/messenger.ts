import { type Place, toPlace } from '../core/place.ts';
import type { PersonId } from '../core/request.ts';
import type { Messenger, Postable } from '../ports/messenger.ts';

/** There is one room. Whoever may see a request sees its card there. */
export const ROOM = toPlace('room');

export function directRoom(person: PersonId): Place {
  return toPlace('room', `@${person}`);
}

/**
 * The room as a face. It keeps no messages of its own: what stands in it is what the relay has
 * stored, drawn from what is true when a page looks. So posting is only telling the open pages, and
 * the same message twice is one.
 */
export function roomMessenger(touch: (subject: string) => void): Messenger {
  const subjectOf = (notice: Postable) => (notice.kind === 'digest' ? notice.digest : notice.request);
  return {
    face: 'room',
    keepsNothing: true,
    directPlace: directRoom,
    async post(notice, { key }) {
      touch(subjectOf(notice));
      return { message: key };
    },
    async edit(notice) {
      touch(subjectOf(notice));
      return 'edited';
    },
    find: async (_notice, key) => key,
  };
}
