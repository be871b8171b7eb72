import type { AdaptiveCard } from '../cards/adaptive.ts';
import type { Risk, State } from '../core/request.ts';
import type { Button, Form } from '../views/button.ts';
import type { FullView } from '../views/full-view.ts';
import type { ThreadLine } from '../views/thread-line.ts';
import type { Untrusted, Words } from '../views/words.ts';

// What the bot says to its own page. Both sides are built from this file, and nobody else may rely on it.

/** A card as the page draws it, with what its buttons ask before they count. */
export interface ShownCard {
  readonly card: AdaptiveCard;
  readonly buttons: readonly Button[];
}

/** One message of the room: a request with its thread, or one card for a flood of them. */
export interface Message extends ShownCard {
  /** Names it in the page: the same message again takes the place of the one before. */
  readonly id: string;
  readonly number: number | null;
  readonly from: string;
  readonly title: Words;
  readonly at: string;
  readonly state: State | null;
  readonly risk: Risk | null;
  readonly expiresAt: string | null;
  readonly waitsForMe: boolean;
  readonly thread: readonly ThreadItem[];
}

export interface ThreadItem extends ThreadLine {
  readonly at: string;
}

/** What one person was told alone. */
export interface Direct {
  readonly id: string;
  readonly at: string;
  readonly lines: readonly Words[];
  readonly output: Untrusted | null;
}

export interface RoomEvents {
  /** Everything, at the start of each connection. */
  readonly room: { readonly messages: readonly Message[]; readonly directs: readonly Direct[] };
  readonly message: Message;
  readonly direct: Direct;
}

/** What a click or a typed line came to, for the one who did it. */
export type ShownAnswer =
  | {
      readonly kind: 'text';
      readonly ok: boolean;
      readonly lines: readonly Words[];
      readonly buttons: readonly Button[];
    }
  | ({ readonly kind: 'card' } & ShownCard)
  | { readonly kind: 'form'; readonly form: Form }
  | { readonly kind: 'full-view'; readonly view: FullView }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly mediaType: string;
      readonly base64: string;
      readonly about: Words;
    };
