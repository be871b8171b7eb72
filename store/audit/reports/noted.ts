import type { LoggedEntry } from '../replay-shape.ts';

/** One entry with the texts that are still there for it. */
export interface Noted {
  readonly entry: LoggedEntry;
  readonly texts: Readonly<Record<string, string>>;
}
