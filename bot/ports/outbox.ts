import type { Place } from '../core/place.ts';
import type { Instant } from '../core/request.ts';
import type { Notice, Schedule, WaitingNotice } from './notice.ts';

export interface WaitingMessages {
  /** Everything that waits, oldest first, whenever it is due. */
  notices(most: number): readonly WaitingNotice[];
  /** Places for which something waits, whenever it is due. */
  waitingPlaces(): readonly Place[];
  /**
   * What may go out to this place now, in the order in which it must be tried. One that failed and
   * waits for its next try holds up what came after it about the same request, and nothing else.
   */
  sendable(place: Place, at: Instant, most: number): readonly WaitingNotice[];
}

/**
 * `notify` MUST be called in the transaction of the change it tells of, and does no I/O. Once that
 * transaction is on disk, the message goes out at least once, also after a crash; until then, nobody
 * may act on it.
 */
export interface Outbox {
  /** A card, digest or progress that waits already is not written twice: it then stands for the newer one too. */
  notify(notice: Notice, schedule?: Schedule): void;
  /** Somebody begins to send it under this key. MUST be on disk before anything leaves. */
  claim(id: number, key: string): void;
  /** It went out. It stays if a newer notice joined it since it was read. */
  crossOut(delivered: readonly Pick<WaitingNotice, 'id' | 'version'>[]): void;
  /** It was tried and did not go out, or nobody knows. */
  tryAgain(id: number, dueAt: Instant): void;
}
