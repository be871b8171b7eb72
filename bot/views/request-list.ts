import type { Risk, State } from '../core/request.ts';
import type { Button } from './button.ts';
import type { Words } from './words.ts';

/** One request in a list or in a digest. */
export interface ListItem {
  readonly request: string;
  readonly number: number;
  readonly state: State;
  readonly risk: Risk;
  readonly title: Words;
  /** Who asks, what is missing, until when. */
  readonly about: Words;
  readonly buttons: readonly Button[];
}

export interface RequestList {
  readonly title: string;
  readonly items: readonly ListItem[];
  /** "12 more are not shown", or null. */
  readonly more: string | null;
  /** What stands there when there are no items. */
  readonly empty: string;
}

/** One message for many requests that came at once. */
export interface DigestCard extends RequestList {
  readonly digest: string;
  readonly lines: readonly Words[];
  readonly buttons: readonly Button[];
}
