import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { first } from '../../../store/sqlite/migrations/0001-first.ts';
import { aRequest } from '../../conformance/a-request.ts';
import { storePlace } from './a-store.ts';

it('brings along what waits in an older outbox, and shows older requests in the room', () => {
  const place = storePlace();
  const db = new Sqlite(place.file);
  db.exec(first);
  db.pragma('user_version = 1');
  db.prepare("INSERT INTO outbox (id, request, place, seq) VALUES (3, 'req_a', 'log', 7)").run();
  const { notify: _, ...demands } = aRequest().demands;
  const { id } = aRequest();
  db.prepare("INSERT INTO requests VALUES (1, ?, 'pending', 'agent', 0, NULL, NULL, 't', -1, '{}')").run(id);
  db.prepare("INSERT INTO actions VALUES (1, '{}', ?)").run(JSON.stringify({ id, demands }));
  db.close();
  const store = place.open();
  const { committed } = store;
  expect(committed.notices(9)).toEqual([
    {
      id: 3,
      attempts: 0,
      key: null,
      version: 0,
      notice: { kind: 'change', place: 'log', request: 'req_a', seq: 7 },
    },
  ]);
  expect(committed.request(id)?.demands.notify).toEqual(['room']);
  store.close();
  // The verifier holds the row against the entry, which has no places: the row must not have any either.
  const after = new Sqlite(place.file, { readonly: true });
  expect(after.prepare('SELECT asked FROM actions').pluck().get()).toBe(JSON.stringify({ id, demands }));
  after.close();
});
