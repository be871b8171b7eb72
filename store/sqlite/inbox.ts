import type { Database } from 'better-sqlite3';
import type { Inbox, KnownDeliveries } from '../../bot/ports/inbox.ts';

/** Deliveries that were handled, for as long as their signature would be taken again, and longer. */
export function inboxIn(db: Database): Inbox & KnownDeliveries {
  const known = db.prepare<[string, string]>('SELECT 1 FROM inbox WHERE source = ? AND delivery = ?');
  const add = db.prepare('INSERT OR IGNORE INTO inbox (source, delivery, at) VALUES (?, ?, ?)');
  const forget = db.prepare('DELETE FROM inbox WHERE at < ?');
  return {
    knowsDelivery: (source, delivery) => known.get(source, delivery) !== undefined,
    rememberDelivery: (source, delivery, at) => void add.run(source, delivery, at),
    forgetDeliveries: (before) => void forget.run(before),
  };
}
