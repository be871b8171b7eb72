import type { Database } from 'better-sqlite3';
import type { StreamKeeping, StreamPosition, StreamPositions } from '../../bot/ports/event-sink.ts';

/** How far each sink has come. A sink that is no longer configured keeps its place, should it come back. */
export function streamsIn(db: Database): StreamPositions & StreamKeeping {
  const get = db.prepare<[string], StreamPosition>('SELECT seq, state FROM streams WHERE sink = ?');
  const put = db.prepare('INSERT OR REPLACE INTO streams (sink, seq, state) VALUES (?, ?, ?)');
  return {
    streamPosition: (sink) => get.get(sink) ?? null,
    setStreamPosition: (sink, { seq, state }) => void put.run(sink, seq, state),
  };
}
