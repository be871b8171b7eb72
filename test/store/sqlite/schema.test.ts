import Sqlite, { type Database } from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { isTerminal, STATES } from '../../../bot/core/request.ts';
import { AT, aRequest } from '../../conformance/a-request.ts';
import { storePlace } from './a-store.ts';

const KEYTURN = { kind: 'keyturn' } as const;

/** Three entries and two requests, one of them rejected, as any other program finds them. */
async function aDatabase(): Promise<Database> {
  const place = storePlace();
  const store = place.open();
  const rejected = aRequest({ number: 2, state: 'rejected' });
  await store.transact((tx) => {
    tx.append({ type: 'log.started', clean: true }, KEYTURN, AT, null);
    for (const request of [aRequest(), rejected]) {
      tx.append({ type: 'request.expired' }, KEYTURN, AT, request);
      tx.insert(request, '{"payload":{}}', `twin ${request.number}`);
    }
  });
  store.close();
  const db = new Sqlite(place.file);
  db.pragma('recursive_triggers = ON');
  onTestFinished(() => void db.close());
  return db;
}

const copyOf = (db: Database, table: string) => JSON.stringify(db.prepare(`SELECT * FROM ${table}`).all());

it.each([
  ['entries', 'is changed', "UPDATE entries SET type = 'other' WHERE seq = 1"],
  ['entries', 'is deleted', 'DELETE FROM entries WHERE seq = 2'],
  [
    'entries',
    'is replaced by number',
    "INSERT OR REPLACE INTO entries VALUES (2, zeroblob(32), 'x', NULL, x'00')",
  ],
  [
    'entries',
    'gets a second one after the same entry',
    "INSERT OR REPLACE INTO entries SELECT seq + 1, prev, 'x', NULL, x'00' FROM entries ORDER BY seq DESC LIMIT 1",
  ],
  [
    'entries',
    'is taken over on conflict',
    "INSERT INTO entries SELECT seq, prev, 'x', NULL, x'00' FROM entries WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET type = 'x'",
  ],
  [
    'entries',
    'is ignored on conflict',
    "INSERT OR IGNORE INTO entries SELECT seq, prev, 'x', NULL, x'00' FROM entries WHERE seq = 1",
  ],
  ['entries', 'leaves a gap', "INSERT INTO entries VALUES (9, randomblob(32), 'x', NULL, x'00')"],
  ['entries', 'comes before the first', "INSERT INTO entries VALUES (-1, randomblob(32), 'x', NULL, x'00')"],
  ['actions', 'is changed', "UPDATE actions SET text = '{}' WHERE number = 1"],
  ['actions', 'is deleted', 'DELETE FROM actions WHERE number = 1'],
  [
    'actions',
    'is replaced',
    "INSERT OR REPLACE INTO actions (number, text, asked) SELECT number, '{}', asked FROM actions WHERE number = 1",
  ],
  [
    'actions',
    'is taken over on conflict',
    "INSERT INTO actions (number, text, asked) SELECT number, '{}', asked FROM actions WHERE number = 1 ON CONFLICT DO UPDATE SET text = excluded.text",
  ],
  ['requests', 'is deleted', 'DELETE FROM requests WHERE number = 1'],
  [
    'requests',
    'is replaced by number',
    "INSERT OR REPLACE INTO requests (number, id, state, requester, created_at, due_at, waits, twin, audit_seq, body) SELECT number, 'req_x', 'approved', requester, created_at, due_at, waits, twin, audit_seq, body FROM requests WHERE number = 2",
  ],
  [
    'requests',
    'is replaced by id',
    "INSERT OR REPLACE INTO requests (number, id, state, requester, created_at, due_at, waits, twin, audit_seq, body) SELECT 9, id, 'approved', requester, created_at, due_at, waits, twin, audit_seq, body FROM requests WHERE number = 2",
  ],
  ['requests', 'is reopened', "UPDATE requests SET state = 'pending' WHERE number = 2"],
  [
    'requests',
    'is reopened with the rest of its row',
    "UPDATE OR REPLACE requests SET state = 'approved', body = '{}' WHERE number = 2",
  ],
])('refuses it when one of the %s %s', async (table, _how, sql) => {
  const db = await aDatabase();
  const before = copyOf(db, table);
  expect(() => db.exec(sql)).toThrow(/append-only|no gaps|is kept|are kept|never changes|is final/);
  expect(copyOf(db, table)).toBe(before);
});

it.each(STATES)('lets a request leave %s only when that is not its end', async (state) => {
  const db = await aDatabase();
  db.prepare('UPDATE requests SET state = ? WHERE number = 1').run(state);
  const leave = () => db.prepare("UPDATE requests SET state = 'flagged' WHERE number = 1").run();
  if (isTerminal(state)) expect(leave).toThrow('a terminal state is final');
  else expect(leave).not.toThrow();
});

it('refuses a text that stands beside no entry', async () => {
  const db = await aDatabase();
  db.pragma('foreign_keys = ON');
  const orphan = () => db.exec("INSERT INTO disclosures VALUES (99, 'comment', zeroblob(32), 'x')");
  expect(orphan).toThrow(/FOREIGN KEY/);
});
