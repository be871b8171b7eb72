import type { Who } from './rulebook.ts';

/** What a person sees of one request's card, in words: no markup, so that one test fits every face. */
export interface SeenCard {
  readonly title: string;
  /** Everything a reader can read on it, in order. */
  readonly text: string;
  readonly buttons: readonly string[];
}

/** What one person is shown after a click or a command, and nobody else. */
export interface PrivateAnswer {
  readonly text: string;
  readonly buttons: readonly string[];
}

/**
 * A face, driven as people drive it: through its real surface (browser, signed HTTP, socket), never
 * by calling its functions. Every wait is bounded and fails with what was there instead.
 */
export interface FaceDriver {
  readonly face: string;
  /** The card of request `number`, once its text says `says`. */
  card(who: Who, number: number, says?: string | RegExp): Promise<SeenCard>;
  /** How many cards of this request stand there. */
  copies(number: number): Promise<number>;
  /** The thread under it, once some line says `says`. */
  thread(who: Who, number: number, says: string | RegExp): Promise<readonly string[]>;
  /** Clicks a button of the card, confirms where asked, and gives back what the clicker is shown. */
  click(who: Who, number: number, button: 'Approve' | 'View full payload'): Promise<PrivateAnswer>;
  /** The same for the buttons that ask for a reason. */
  clickWithReason(
    who: Who,
    number: number,
    button: 'Reject' | 'Flag',
    reason: string,
  ): Promise<PrivateAnswer>;
  /** A click on the card as it was before the last change: a dead button, or a page that is behind. */
  clickLate(who: Who, number: number, button: 'Approve'): Promise<PrivateAnswer>;
  /** Types a command; `form` is sent in whatever the answer opens. */
  type(who: Who, command: string, form?: Readonly<Record<string, string>>): Promise<PrivateAnswer>;
  /** What this person was told by direct message, once it says `says`. */
  direct(who: Who, says: string | RegExp): Promise<string>;
  /** The digest of many requests, once it says `says`. */
  digest(who: Who, says: string | RegExp): Promise<SeenCard>;
  /** Clicks the newest digest's button: the next request that waits for the clicker. */
  showNext(who: Who): Promise<PrivateAnswer>;
}
