import { chmodSync, closeSync, openSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';

/**
 * One process per data directory. The lock is a transaction that stays open in a file of its own:
 * the kernel lets go of it when the process dies, however it dies.
 */
export function lockDirectory(file: string): () => void {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const lock = new Sqlite(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new KeyturnFault('STORE_BROKEN', `another Keyturn process uses ${file}: stop that one first`, {
      cause,
    });
  }
  return () => lock.close();
}
