import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inTurns } from '../../../store/sqlite/turns.ts';

/** The same rule, as SQL says it. */
const BY_SQL = `SELECT id FROM (
  SELECT id, turn, row_number() OVER (PARTITION BY turn, requester ORDER BY id) AS nth FROM waiting
) ORDER BY turn, nth, id LIMIT ?`;

describe('the order in which messages go out', () => {
  const db = new Sqlite(':memory:');
  db.exec('CREATE TABLE waiting (id INTEGER PRIMARY KEY, turn INTEGER, requester TEXT)');
  const insert = db.prepare('INSERT INTO waiting VALUES (?, ?, ?)');

  it('takes one message of each requester in turn, urgent ones first, whatever order they are read in', () => {
    const message = fc.record({
      id: fc.integer({ min: 1, max: 999 }),
      turn: fc.integer({ min: 0, max: 2 }),
      requester: fc.constantFrom(null, 'cli_a', 'cli_b', 'cli_c'),
    });
    const waiting = fc.uniqueArray(message, { selector: ({ id }) => id, maxLength: 40 });
    fc.assert(
      fc.property(waiting, fc.integer({ min: 0, max: 45 }), (messages, most) => {
        db.exec('DELETE FROM waiting');
        for (const { id, turn, requester } of messages) insert.run(id, turn, requester);
        const expected = db.prepare<[number], { id: number }>(BY_SQL).all(most);
        expect(inTurns(messages, most).map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      }),
      { numRuns: 300 },
    );
  });
});
