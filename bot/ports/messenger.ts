import type { Place } from '../core/place.ts';
import type { PersonId } from '../core/request.ts';
import type { CardNotice, DigestNotice, DirectNotice, ThreadNotice } from './notice.ts';
import type { Rulebook } from './rulebook.ts';

/** What a face can post. It renders each from what is true at that moment, never from an older look. */
export type Postable = CardNotice | ThreadNotice | DirectNotice | DigestNotice;
export type Editable = CardNotice | DigestNotice | ThreadNotice;

/** The place cannot take it now (a rate limit: everything for it waits), or never will. */
export type NotNow = { readonly retryAfterMs: number } | { readonly never: string };

export type Posted = { readonly message: string } | NotNow;
/** `gone`: somebody deleted the message. */
export type Edited = 'edited' | 'gone' | NotNow;

export interface Posting {
  /**
   * The same for every try of this message, and for no other. Where the vendor takes a key of ours, or
   * a mark that can be read back, it MUST go along, so that a crash between posting and storing does
   * not post twice.
   */
  readonly key: string;
  /** The card's message id for a thread line, else null. */
  readonly under: string | null;
  readonly signal: AbortSignal;
}

/**
 * The outgoing half of a face (`room`, `slack`, `teams`). It keeps no state: which message stands
 * where is stored by its caller, before and after.
 *
 * A rejection means that nobody knows whether it arrived. It is tried again with the same key, after
 * `find`. What a face is told to post MUST be escaped for its own dialect: see the views.
 */
export interface Messenger {
  readonly face: string;
  /**
   * Its messages exist once its caller has stored them, and not before: it draws what is stored. Then
   * nothing can be posted and not stored, no key is needed, and nothing has left this machine.
   */
  readonly keepsNothing?: true;
  /**
   * Where this person alone is told something, or null when this face does not know them. MUST do no
   * I/O and look at nothing but its arguments: a new policy is adopted before anything else is there.
   */
  directPlace(person: PersonId, rulebook: Rulebook): Place | null;
  post(notice: Postable, posting: Posting): Promise<Posted>;
  /** Makes the message show what is true now. MUST be harmless when it already does. */
  edit(notice: Editable, message: string, signal: AbortSignal): Promise<Edited>;
  /**
   * The message that was posted under this key, or null. A face whose vendor cannot tell answers null:
   * then a crash at the wrong moment can leave a second copy, which `adoptPost` brings back into the
   * fold at its first click.
   */
  find(notice: Postable, key: string, signal: AbortSignal): Promise<string | null>;
}
