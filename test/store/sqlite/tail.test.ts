import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { leafHash } from '../../../store/audit/entry.ts';
import { AT, aRequest } from '../../conformance/a-request.ts';
import { type StorePlace, storePlace } from './a-store.ts';

const KEYTURN = { kind: 'keyturn' } as const;

/** A log of five entries; the last is that of a request. */
async function aLog(): Promise<StorePlace> {
  const place = storePlace();
  const store = place.open();
  await store.transact((tx) => {
    for (let more = 0; more < 4; more += 1) tx.append({ type: 'log.stopped' }, KEYTURN, AT, null);
    tx.append({ type: 'request.expired' }, KEYTURN, AT, aRequest());
    tx.insert(aRequest(), '{"payload":{}}', 'twin');
  });
  store.close();
  return place;
}

/** As somebody who has the file and a SQLite of their own: triggers are no obstacle. */
function tamper({ file }: StorePlace, ...statements: string[]): void {
  const db = new Sqlite(file);
  const triggers = db
    .prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    .all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  db.pragma('foreign_keys = OFF');
  for (const statement of statements) db.exec(statement);
  db.close();
}

it.each([
  [
    'a byte of an entry is changed',
    "UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT), 'log.stopped', 'log.stoppeD') AS BLOB) WHERE seq = 2",
    3,
  ],
  ['an entry is no JSON any more', "UPDATE entries SET bytes = x'ff00' WHERE seq = 4", 4],
  ['an entry is JSON of another kind', "UPDATE entries SET bytes = CAST('null' AS BLOB) WHERE seq = 4", 4],
  ['an entry in between is gone', 'DELETE FROM entries WHERE seq = 2', 3],
  ['the hash beside an entry is another', `UPDATE entries SET prev = x'${'01'.repeat(32)}' WHERE seq = 4`, 4],
  [
    'the number in an entry is another',
    'UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT), \'"seq":4\', \'"seq":5\') AS BLOB) WHERE seq = 4',
    4,
  ],
])('refuses to start when %s', async (_how, statement, seq) => {
  const place = await aLog();
  tamper(place, statement);
  const open = () => place.open();
  expect(open).toThrow(expect.objectContaining({ code: 'LOG_TAIL_BROKEN' }));
  expect(open).toThrow(`entry ${seq} does not follow`);
});

it('refuses to start when the tail is cut and a request is newer than what is left', async () => {
  const place = await aLog();
  tamper(place, 'DELETE FROM entries WHERE seq = 4');
  expect(() => place.open()).toThrow('a request is newer than the end of the log');
});

it('refuses to start on the log of another installation, and says whose it is', async () => {
  const place = await aLog();
  const fault = {
    code: 'LOG_TAIL_BROKEN',
    message: 'this log is test/log/1, the configuration says other/log',
  };
  expect(() => place.open({ log: 'other/log' })).toThrow(expect.objectContaining(fault));
});

it('changes nothing in what it refuses, and starts again once that is repaired', async () => {
  const place = await aLog();
  const other = new Sqlite(place.file);
  const bytes = other.prepare<[], Buffer>('SELECT bytes FROM entries WHERE seq = 4').pluck().get();
  other.close();
  tamper(place, "UPDATE entries SET bytes = x'00' WHERE seq = 4");
  expect(() => place.open()).toThrow('does not follow');
  tamper(place, `UPDATE entries SET bytes = x'${bytes?.toString('hex')}' WHERE seq = 4`);
  const store = place.open();
  expect(store.committed.lastSeq()).toBe(4);
  const seq = await store.transact((tx) => tx.append({ type: 'log.stopped' }, KEYTURN, AT, null));
  const [last, next] = store.committed.entries(4, 2);
  expect(seq).toBe(5);
  const prev = Buffer.from(leafHash(last?.bytes ?? new Uint8Array())).toString('base64');
  expect(Buffer.from(next?.bytes ?? []).toString()).toContain(`"prev":"${prev}"`);
});
