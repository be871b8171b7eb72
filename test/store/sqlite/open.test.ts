import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import type { KeyturnFault } from '../../../bot/core/fault.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { storePlace } from './a-store.ts';
import { watchSqlite } from './watched-sqlite.ts';

function faultOf(work: () => unknown): KeyturnFault {
  try {
    work();
  } catch (cause) {
    return cause as KeyturnFault;
  }
  throw new Error('nothing was refused');
}

it('writes with a WAL and synchronous FULL, checks foreign keys and cells, and overwrites what it deletes', () => {
  const sqlite = watchSqlite();
  storePlace().open();
  const db = sqlite.databases.find(({ name }) => name.endsWith('.db'));
  const held = (name: string) => db?.pragma(name, { simple: true });
  const names = [
    'journal_mode',
    'synchronous',
    'foreign_keys',
    'recursive_triggers',
    'secure_delete',
    'cell_size_check',
  ];
  expect(names.map(held)).toEqual(['wal', 2, 1, 1, 1, 1]);
  // What a savepoint could undo stays out of files in other folders.
  expect(held('temp_store')).toBe(2);
  expect(held('trusted_schema')).toBe(0);
});

it('asserts synchronous=FULL at every open, where this SQLite would take a WAL file at NORMAL', () => {
  const place = storePlace();
  place.open().close();
  const reopened = new Sqlite(place.file);
  // If this ever says 2, the assertion costs nothing; as long as it says 1, it is what keeps a power cut harmless.
  expect(reopened.pragma('synchronous', { simple: true })).toBe(1);
  reopened.close();
  const sqlite = watchSqlite();
  place.open();
  const db = sqlite.databases.find(({ name }) => name.endsWith('.db'));
  expect(db?.pragma('synchronous', { simple: true })).toBe(2);
});

it.each([
  ['journal_mode = WAL', 'new'],
  ['synchronous = FULL', 'reopened'],
  ['secure_delete = ON', 'new'],
  ['cell_size_check = ON', 'reopened'],
  ['temp_store = MEMORY', 'new'],
])('refuses a database that does not take %s when it is %s', (pragma, when) => {
  const place = storePlace();
  if (when === 'reopened') place.open().close();
  const sqlite = watchSqlite();
  sqlite.ignorePragma(pragma);
  const fault = faultOf(place.open);
  expect(fault.code).toBe('STORE_PRAGMA');
  expect(fault.message).toContain(pragma.split(' ')[0]);
});

it('refuses a schema that is newer than it knows, and changes nothing in it', () => {
  const place = storePlace();
  place.open().close();
  const db = new Sqlite(place.file);
  db.pragma('user_version = 99');
  db.close();
  const fault = faultOf(place.open);
  expect(fault.code).toBe('STORE_TOO_NEW');
  expect(fault.message).toContain('start the newer version');
  const after = new Sqlite(place.file);
  expect(after.pragma('user_version', { simple: true })).toBe(99);
  after.close();
});

it('names the file when it is no database, and lets go of the lock', () => {
  const place = storePlace();
  writeFileSync(place.file, 'this is a letter to my aunt, and rather a long one at that'.repeat(9));
  const fault = faultOf(place.open);
  expect(fault.code).toBe('STORE_BROKEN');
  expect(fault.message).toContain('keyturn.db');
  writeFileSync(place.file, '');
  expect(place.open().committed.lastSeq()).toBe(-1);
});

it('makes every file readable by its owner alone, also those that were there before', async () => {
  const { dir, file, open } = storePlace();
  writeFileSync(file, '', { mode: 0o666 });
  writeFileSync(`${file}.lock`, '', { mode: 0o666 });
  const store = open();
  await store.transact((tx) => void tx.append({ type: 'log.stopped' }, { kind: 'keyturn' }, 0, null));
  const files = readdirSync(dir);
  expect(files).toEqual(expect.arrayContaining(['keyturn.db', 'keyturn.db-wal', 'keyturn.db.lock']));
  for (const name of files) expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, 0o600]);
});

it('makes the data and key directories for their owner alone, whatever the umask says', async () => {
  const before = process.umask(0);
  try {
    const keyturn = await startKeyturn();
    const modeOf = (path: string) => statSync(path).mode & 0o777;
    expect(modeOf(keyturn.dataDir)).toBe(0o700);
    expect(modeOf(join(keyturn.dataDir, '../keys'))).toBe(0o700);
  } finally {
    process.umask(before);
  }
});

it('starts in a directory that somebody made for it', async () => {
  const place = storePlace();
  mkdirSync(join(place.dir, 'data'), { mode: 0o750 });
  const keyturn = await startKeyturn({}, { dir: place.dir });
  expect((await fetch(`${keyturn.url}/readyz`)).status).toBe(200);
});
