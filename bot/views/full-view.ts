import type { Button } from './button.ts';
import type { Fact, Untrusted, Words } from './words.ts';

/** The whole payload, uncut, for one person alone. It was put on record before this was made. */
export interface FullView {
  readonly request: string;
  readonly number: number;
  readonly digest: string;
  readonly title: Words;
  readonly facts: readonly Fact[];
  /** Every line. A face that must page it shows all pages before it counts as seen. */
  readonly text: Untrusted;
  readonly lines: number;
  /** "3 values hidden: …", or null. */
  readonly hidden: string | null;
  /** What this person may do from here. */
  readonly buttons: readonly Button[];
}
