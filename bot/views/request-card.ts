import type { Risk, State } from '../core/request.ts';
import type { Button } from './button.ts';
import type { Fact, Untrusted, Words } from './words.ts';

/**
 * A card as people read it, in the order of `chat.md`, the same on every face. A face only lays it
 * out, and escapes.
 */
export interface RequestCard {
  readonly request: string;
  readonly number: number;
  readonly digest: string;
  readonly state: State;
  readonly risk: Risk;
  /** 1 */
  readonly title: Words;
  /** 2 */
  readonly facts: readonly Fact[];
  /** 3: the requester's own words, under a label that says so. */
  readonly why: Fact;
  readonly links: { readonly label: string; readonly urls: readonly Untrusted[] } | null;
  /** 4: literal text, several lines, for a monospaced block. */
  readonly preview: Untrusted;
  /** 5: null where nothing is hidden. */
  readonly hidden: string | null;
  /** What became of it and by whom, when, why. Null while it waits. */
  readonly outcome: readonly Words[] | null;
  /** 6 */
  readonly footer: Words;
  /** 7: none once nobody can decide any more. */
  readonly buttons: readonly Button[];
}
