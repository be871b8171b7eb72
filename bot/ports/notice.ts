import type { Place } from '../core/place.ts';
import type { PersonId, RequestId } from '../core/request.ts';

/**
 * A message that must go out: a row of the outbox, written in the transaction of the change it tells
 * of. It names what it is about and holds nothing that a requester wrote; who delivers it reads what
 * is true then. `seq` is the log entry that made the change.
 */
export type Notice =
  | ChangeNotice
  | CardNotice
  | ThreadNotice
  | ProgressNotice
  | DirectNotice
  | DigestNotice
  | TextNotice;

/** That a request changed, for a place that keeps nothing: the operator's log, the demo's terminal. */
interface ChangeNotice {
  readonly kind: 'change';
  readonly place: Place;
  readonly request: RequestId;
  readonly seq: number;
}

/**
 * The request's card in this place has to show the request as it is. Posts it, or edits every copy.
 * A newer one for the same place and request takes the older one's turn.
 */
export interface CardNotice {
  readonly kind: 'card';
  readonly place: Place;
  readonly request: RequestId;
  readonly seq: number;
}

/** One line of the story under the card: what entry `seq` says. Where there is no card, it is dropped. */
export interface ThreadNotice {
  readonly kind: 'thread';
  readonly place: Place;
  readonly request: RequestId;
  readonly seq: number;
}

/**
 * What stands in the thread about the start `seq` has to be made true: how long it runs, or that it does
 * no more. It only ever edits a line. Goes after everything else for its place, and holds nothing up.
 */
export interface ProgressNotice {
  readonly kind: 'progress';
  readonly place: Place;
  readonly request: RequestId;
  readonly seq: number;
}

/** The result, told to the human behind the request alone. `place` is theirs on one face. */
export interface DirectNotice {
  readonly kind: 'direct';
  readonly place: Place;
  readonly request: RequestId;
  readonly person: PersonId;
  readonly seq: number;
}

/** One message for many requests, where a flood of cards would bury the others. Superseded like a card. */
export interface DigestNotice {
  readonly kind: 'digest';
  readonly place: Place;
  readonly digest: string;
}

/** A text that has to reach a place as it is: a checkpoint for an anchor, an event for an endpoint. At most 64 KiB. */
interface TextNotice {
  readonly kind: 'text';
  readonly place: Place;
  readonly seq: number | null;
  readonly body: string;
}

/** When it may go out at the earliest, and whether it goes before what waits for the same place. */
export interface Schedule {
  readonly dueAt?: number;
  readonly urgent?: boolean;
}

/** A row of the outbox. `key` is set once somebody began to send it, and then stays the same. */
export interface WaitingNotice {
  readonly id: number;
  readonly notice: Notice;
  readonly attempts: number;
  readonly key: string | null;
  /** How many newer notices it stands for as well. */
  readonly version: number;
}

/** A message that stands in a place, and can be edited there. */
export interface Post {
  readonly place: Place;
  readonly kind: 'card' | 'thread' | 'direct' | 'digest';
  /** Null for a digest. */
  readonly request: RequestId | null;
  /** Null for what is about one request. */
  readonly digest: string | null;
  /** The entry a thread line or a direct message tells of; for a card, the newest entry it showed. */
  readonly seq: number;
  /** How the face calls it. */
  readonly message: string;
  readonly at: number;
}
