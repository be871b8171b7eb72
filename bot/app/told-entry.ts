import type { Event } from '../core/event.ts';
import { readIsoTime } from '../core/instant.ts';
import type { ClientId, Instant, PersonId } from '../core/request.ts';
import type { Reading, StoredEntry } from '../ports/store.ts';

/** Who did it, as far as people are told. */
export type Teller =
  | { readonly kind: 'person'; readonly person: PersonId }
  | { readonly kind: 'client'; readonly client: ClientId }
  | { readonly kind: 'policy' }
  | { readonly kind: 'keyturn' };

/** An entry of our own log, as people are told of it. `data` has the log's names. */
export interface ToldEntry {
  readonly seq: number;
  readonly type: Event['type'];
  readonly at: Instant;
  readonly actor: Teller;
  readonly data: Readonly<Record<string, unknown>>;
  /** What people wrote. A text that was erased is not there. */
  readonly texts: Readonly<Record<string, string>>;
}

export function tellEntry(reading: Reading, { seq, bytes }: StoredEntry): ToldEntry {
  const entry = JSON.parse(Buffer.from(bytes).toString('utf8')) as Omit<ToldEntry, 'at' | 'texts'> & {
    readonly ts: string;
  };
  const { type, actor, data, ts } = entry;
  return { seq, type, at: readIsoTime(ts), actor, data, texts: reading.textsOf(seq) };
}

export function toldEntry(reading: Reading, seq: number): ToldEntry | null {
  const [stored] = reading.entries(seq, 1);
  return stored?.seq === seq ? tellEntry(reading, stored) : null;
}
