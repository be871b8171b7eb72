import type { Database } from 'better-sqlite3';
import type { ClearingRestored, RestoredCopy } from '../../bot/ports/restored-copy.ts';

/** The mark stands in the copy itself: whatever opens such a file runs on a copy, and has to know. */
const NAME = 'restored';
const OLD_APPROVALS = 'old_approvals';

export function restoredIn(db: Database): RestoredCopy & ClearingRestored {
  const from = db.prepare<[string], string>('SELECT value FROM facts WHERE name = ?').pluck();
  const clear = db.prepare('DELETE FROM facts WHERE name = ?');
  const set = db.prepare('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)');
  return {
    restoredFrom() {
      const seq = from.get(NAME);
      return seq === undefined ? null : Number(seq);
    },
    hasOldApprovals: () => from.get(OLD_APPROVALS) !== undefined,
    clearRestored() {
      clear.run(NAME);
      set.run(OLD_APPROVALS, 'yes');
    },
    clearOldApprovals: () => void clear.run(OLD_APPROVALS),
  };
}

/** `seq`: the newest entry in it. */
export function markRestored(db: Database, seq: number): void {
  db.prepare('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)').run(NAME, String(seq));
}
