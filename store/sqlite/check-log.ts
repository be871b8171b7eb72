import { existsSync } from 'node:fs';
import { openReadOnly } from './open.ts';
import { checkTail } from './tail.ts';

/** The newest entries of a log, beside a server that may be writing it. Null where there is no log yet. */
export function lastOfSoundLog(file: string, log: string): number | null {
  if (!existsSync(file)) return null;
  const db = openReadOnly(file);
  try {
    checkTail(db, log);
    const row = db.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM entries').get();
    return row?.seq ?? null;
  } finally {
    db.close();
  }
}
