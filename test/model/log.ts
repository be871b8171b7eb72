import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Reading } from '../../bot/ports/store.ts';
import type { Disk } from './disk.ts';

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

/**
 * When the newest entry was made that a crash left: of a reload, one write may be on disk and the next not.
 * Read off a copy, since a look would bring the file in order.
 */
export function newestOn(disk: Disk, dataDir: string): number {
  const copy = disk.afterCrash(dataDir);
  const db = new Sqlite(join(copy, 'keyturn.db'));
  const bytes = db.prepare('SELECT bytes FROM entries ORDER BY seq DESC LIMIT 1').pluck().get() as Uint8Array;
  db.close();
  disk.drop(copy);
  return Date.parse(JSON.parse(Buffer.from(bytes).toString('utf8')).ts);
}
