import type { PersonCaller } from '../app/context.ts';
import type { Button, Form, Verb } from '../views/button.ts';
import type { FullView } from '../views/full-view.ts';
import type { RequestCard } from '../views/request-card.ts';
import type { RequestList } from '../views/request-list.ts';
import type { Fact, Untrusted, Words } from '../views/words.ts';

/**
 * What a click or a command comes to. It is for the person who clicked or typed, and a face MUST show
 * it to nobody else. `ok: false` is a refusal: nothing was changed.
 */
export type Answer =
  | {
      readonly kind: 'text';
      readonly ok: boolean;
      readonly lines: readonly Words[];
      /** What to do next, where there is something. */
      readonly buttons: readonly Button[];
    }
  | { readonly kind: 'card'; readonly card: RequestCard }
  | { readonly kind: 'list'; readonly list: RequestList }
  | { readonly kind: 'form'; readonly form: Form }
  | { readonly kind: 'full-view'; readonly view: FullView }
  /** By direct message, never into a channel. */
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly mediaType: string;
      readonly bytes: Uint8Array;
      /** What it is, and what to do with it. */
      readonly about: Words;
    };

/**
 * What a face hands over when a button or a form comes in, as it stood in the `Button` or `Form`:
 * `fields` is empty for a button. A click without what its verb needs is answered with the form.
 */
export interface Click {
  readonly verb: Verb;
  readonly request: string;
  readonly digest: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** One page of the full view. The last one that was missing makes it count as seen. */
export interface Page {
  readonly kind: 'page';
  readonly number: number;
  readonly request: string;
  readonly digest: string;
  readonly title: Words;
  readonly facts: readonly Fact[];
  readonly why: Fact;
  readonly links: FullView['links'];
  readonly hidden: Words | null;
  readonly text: Untrusted;
  /** From 0. */
  readonly page: number;
  readonly pages: number;
  readonly seenAll: boolean;
  readonly buttons: readonly Button[];
}

/**
 * The ways in that every face calls, for a person its directory knows (`via` the face). Each answers
 * always: done, shown, or refused with a sentence. A face does not look at the store itself.
 */
export interface Desk {
  click(caller: PersonCaller, click: Click): Promise<Answer>;
  /** One typed line, without the bot's own name. It never approves, clears or breaks glass. */
  type(caller: PersonCaller, line: string): Promise<Answer>;
  /** For a face that cannot show the full view at once: `lines` of it at a time. */
  page(
    caller: PersonCaller,
    request: string,
    at: { readonly page: number; readonly lines: number },
  ): Promise<Page | Answer>;
  /**
   * What an account of nobody typed, where a signed interaction brought it. Null: it is a stranger, and
   * MUST be treated as one.
   */
  newcomer(source: string, line: string): Promise<Answer | null>;
  /** An account that belongs to no person. `source` is the account, for the record. */
  stranger(source: string, call: string): Promise<Answer>;
}

export function text(ok: boolean, lines: readonly Words[], buttons: readonly Button[] = []): Answer {
  return { kind: 'text', ok, lines, buttons };
}
