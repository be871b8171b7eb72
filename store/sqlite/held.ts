import type { Database } from 'better-sqlite3';
import type { Held, KeepingHeld, KnownHeld } from '../../bot/ports/held.ts';

export function heldIn(db: Database): KeepingHeld & KnownHeld {
  const one = db.prepare<[string, string], Held>('SELECT * FROM held WHERE connector = ? AND subject = ?');
  const under = db.prepare<[string, string, string], Held>(
    'SELECT * FROM held WHERE connector = ? AND subject >= ? AND subject < ? ORDER BY subject LIMIT 100',
  );
  const ofRequest = db.prepare<[string], Held>('SELECT * FROM held WHERE request = ? ORDER BY at, subject');
  const waiting = db.prepare<[string, number], Held>(
    "SELECT * FROM held WHERE connector = ? AND status = 'held' ORDER BY at, subject LIMIT ?",
  );
  const put = db.prepare<[Held]>(
    `INSERT OR REPLACE INTO held (connector, subject, request, account, ref, sealed, status, at)
     VALUES (@connector, @subject, @request, @account, @ref, @sealed, @status, @at)`,
  );
  const set = db.prepare(
    `UPDATE held SET status = @status, sealed = iif(@status = 'over', NULL, coalesce(@sealed, sealed))
     WHERE connector = @connector AND subject = @subject`,
  );
  const forget = db.prepare("DELETE FROM held WHERE status = 'over' AND at < ?");
  return {
    held: (connector, subject) => one.get(connector, subject) ?? null,
    heldUnder: (connector, prefix) => under.all(connector, prefix, `${prefix}\u{10ffff}`),
    heldOf: (request) => ofRequest.all(request),
    stillHeld: (connector, most) => waiting.all(connector, most),
    hold: (held) => void put.run(held),
    setHeld: ({ connector, subject }, status, sealed) =>
      void set.run({ connector, subject, status, sealed: sealed ?? null }),
    forgetHeld: (before) => void forget.run(before),
  };
}
