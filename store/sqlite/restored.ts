import type { Database } from 'better-sqlite3';
import type { ClearingRestored, RestoredCopy } from '../../bot/ports/restored-copy.ts';

/** The mark stands in the copy itself: whatever opens such a file runs on a copy, and has to know. */
const NAME = 'restored';

export function restoredIn(db: Database): RestoredCopy & ClearingRestored {
  const from = db.prepare<[string], string>('SELECT value FROM facts WHERE name = ?').pluck();
  const clear = db.prepare('DELETE FROM facts WHERE name = ?');
  return {
    restoredFrom() {
      const seq = from.get(NAME);
      return seq === undefined ? null : Number(seq);
    },
    clearRestored: () => void clear.run(NAME),
  };
}

/** `seq`: the newest entry in it. */
export function markRestored(db: Database, seq: number): void {
  db.prepare('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)').run(NAME, String(seq));
}
