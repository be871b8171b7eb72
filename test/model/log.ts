import { createHash } from 'node:crypto';
import type { Reading } from '../../bot/ports/store.ts';

/** One entry of the audit log, read back from its bytes. */
export interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly prev: string;
  readonly hash: string;
  readonly actor: Readonly<Record<string, unknown>>;
  /** The request it is about. */
  readonly id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the log says, and compares it
  readonly data: any;
}

/** The entries from this one on. `hash` is RFC 6962's leaf hash, computed here and not believed. */
export function entriesFrom(store: Reading, seq: number): readonly Entry[] {
  return store.entries(seq, 10_000).map(({ bytes }) => {
    const { seq: at, ts, type, prev, actor, subject, data } = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const hash = createHash('sha256').update(LEAF).update(bytes).digest('base64');
    return { seq: at, at: Date.parse(ts), type, prev, hash, actor, id: subject?.request ?? null, data };
  });
}
const LEAF = Buffer.from([0]);
