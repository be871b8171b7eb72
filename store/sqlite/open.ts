import { chmodSync, closeSync, openSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { migrate } from './migrate.ts';

/**
 * Opens the one writer. Durability is asserted, not assumed: better-sqlite3 is built with
 * `synchronous=NORMAL` for WAL files, where a power cut loses the newest commits.
 */
export function openDatabase(file: string): Database {
  // Created by us first, so that it is never readable by others, not even for a moment.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const db = new Sqlite(file);
  try {
    setUp(db);
  } catch (cause) {
    db.close();
    throw cause;
  }
  return db;
}

function setUp(db: Database): void {
  db.pragma('locking_mode = NORMAL');
  require_(db, 'journal_mode', 'WAL', 'wal');
  require_(db, 'synchronous', 'FULL', 2);
  require_(db, 'foreign_keys', 'ON', 1);
  require_(db, 'recursive_triggers', 'ON', 1);
  require_(db, 'secure_delete', 'ON', 1);
  require_(db, 'cell_size_check', 'ON', 1);
  require_(db, 'busy_timeout', '5000', 5000);
  db.pragma('cache_size = -65536');
  db.pragma('wal_autocheckpoint = 4000');
  db.pragma('trusted_schema = OFF');
  migrate(db);
  // Else what a savepoint could undo is written to a file outside the data directory, payloads and all. After
  // the migrations, since an index over everything is too much for memory.
  require_(db, 'temp_store', 'MEMORY', 2);
}

function require_(db: Database, name: string, value: string, expected: unknown): void {
  db.pragma(`${name} = ${value}`);
  const held: unknown = db.pragma(name, { simple: true });
  if (held !== expected)
    throw new KeyturnFault('STORE_PRAGMA', `SQLite holds ${name}=${String(held)}, not ${value}`);
}

/** For the verifier: reads beside a running server and changes nothing. */
export function openReadOnly(file: string): Database {
  return new Sqlite(file, { readonly: true, fileMustExist: true });
}
