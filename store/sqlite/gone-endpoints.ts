import type { Database } from 'better-sqlite3';
import type { GoneKeeping, KnownGone } from '../../bot/ports/event-endpoint.ts';

/** Kept for good: an address that is taken out of the file and put back is still one that said no. */
export function goneEndpointsIn(db: Database): KnownGone & GoneKeeping {
  const find = db.prepare('SELECT 1 FROM gone_endpoints WHERE place = ? AND address = ?');
  const add = db.prepare('INSERT OR IGNORE INTO gone_endpoints (place, address, at) VALUES (?, ?, ?)');
  return {
    isGone: (place, address) => find.get(place, address) !== undefined,
    addGone: (place, address, at) => void add.run(place, address, at),
  };
}
