import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { ticketsAreOver } from '../../../store/sqlite/migrations/0028-tickets-are-over.ts';
import { storePlace } from './a-store.ts';

it('what an older version had told no for now is over, without its secrets', () => {
  const place = storePlace();
  place.open().close();
  const db = new Sqlite(place.file);
  const add = db.prepare("INSERT INTO held VALUES ('toy', ?, 'req_a', 'source:toy', '{}', x'00', ?, 0)");
  for (const status of ['ticket', 'held']) add.run(status, status);
  db.exec(ticketsAreOver);
  db.close();
  const store = place.open();
  const seen = ['ticket', 'held'].map((subject) => store.committed.held('toy', subject));
  expect(seen.map((one) => [one?.status, one?.sealed === null])).toEqual([
    ['over', true],
    ['held', false],
  ]);
  store.close();
});
