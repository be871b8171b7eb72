import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { lockDirectory } from './lock.ts';
import { SCHEMA_VERSION } from './migrate.ts';
import { openReadOnly } from './open.ts';
import { markRestored } from './restored.ts';

export interface Copied {
  /** The newest entry in it. */
  readonly seq: number;
  readonly bytes: number;
}

/**
 * A whole copy, as of one moment, beside a server that goes on writing. It holds no key, no nonce and
 * no code, and says of itself that it is a copy.
 */
export function backUp(database: string, file: string): Copied {
  // `rename` writes over what is there, and a backup never should.
  if (existsSync(file)) throw new KeyturnFault('CONFIG_INVALID', `${file} is there already`);
  const part = `${file}.part`;
  // Created by us first, so that it is never readable by others. SQLite takes a file that is empty.
  closeSync(openSync(part, 'wx', 0o600));
  try {
    const source = openReadOnly(database);
    try {
      source.prepare('VACUUM INTO ?').run(part);
    } finally {
      source.close();
    }
    const copied = mark(part);
    renameSync(part, file);
    sync(dirname(file));
    return copied;
  } catch (cause) {
    rmSync(part, { force: true });
    throw cause;
  }
}

/** Puts a copy where there is no database, and where none is written. */
export function restore(file: string, dataDir: string): Copied {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const database = join(dataDir, 'keyturn.db');
  const unlock = lockDirectory(`${database}.lock`);
  try {
    // A write-ahead log that was left there would be played into the copy.
    for (const name of ['', '-wal', '-shm', '-journal']) {
      if (existsSync(database + name))
        throw new KeyturnFault('CONFIG_INVALID', `${database}${name} is there: move it away first`);
    }
    const part = `${database}.part`;
    rmSync(part, { force: true });
    copyFileSync(file, part);
    chmodSync(part, 0o600);
    try {
      check(part, file);
      const copied = mark(part);
      renameSync(part, database);
      sync(dataDir);
      return copied;
    } catch (cause) {
      rmSync(part, { force: true });
      throw cause;
    }
  } finally {
    unlock();
  }
}

function check(part: string, file: string): void {
  const unfit = (why: string, cause?: unknown) =>
    new KeyturnFault('STORE_BROKEN', `${file} cannot be restored: ${why}`, { cause });
  let db: Database;
  try {
    db = new Sqlite(part, { readonly: true });
    db.pragma('trusted_schema = OFF');
  } catch (cause) {
    throw unfit(String(cause), cause);
  }
  try {
    const sound = db.pragma('integrity_check(1)', { simple: true });
    if (sound !== 'ok') throw unfit(String(sound));
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > SCHEMA_VERSION)
      throw unfit(`it has schema ${version}, and this Keyturn knows ${SCHEMA_VERSION}`);
    if (version === 0) throw unfit('it is no database of Keyturn');
  } catch (cause) {
    if (cause instanceof KeyturnFault) throw cause;
    throw unfit(String(cause), cause);
  } finally {
    db.close();
  }
}

function mark(file: string): Copied {
  const db = new Sqlite(file);
  try {
    db.pragma('journal_mode = DELETE');
    db.pragma('secure_delete = ON');
    db.pragma('synchronous = FULL');
    const seq = db.prepare<[], number>('SELECT coalesce(max(seq), -1) FROM entries').pluck().get() ?? -1;
    db.transaction(() => {
      // Answers that a caller may ask for again hold nonces, and the copy answers nobody.
      db.exec('DELETE FROM consumes');
      if (hasTable(db, 'link_codes')) db.exec('DELETE FROM link_codes');
      markRestored(db, seq);
    })();
    const pages = Number(db.pragma('page_count', { simple: true }));
    return { seq, bytes: pages * Number(db.pragma('page_size', { simple: true })) };
  } finally {
    db.close();
  }
}

function hasTable(db: Database, name: string): boolean {
  return db.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(name) !== undefined;
}

/** The name of a new file is on disk when its directory is. */
function sync(directory: string): void {
  const handle = openSync(directory === '' ? '.' : directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
