import type { Database } from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';

/** One caller's work, waiting for the next commit. */
interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: unknown) => void;
}

/** Undoes what a savepoint's work has changed outside the database. */
export interface Undo {
  readonly mark: () => () => void;
}

const MOST_WAITING = 10_000;

/**
 * Works that wait at the same time share one transaction and so one fsync. Each runs in a savepoint
 * of its own: one that throws is undone alone. Nobody is answered before COMMIT.
 */
export function groupCommit(db: Database, undo: Undo, onBroken: (cause: unknown) => void) {
  const run = (sql: string) => {
    const statement = db.prepare(sql);
    return () => statement.run();
  };
  const begin = run('BEGIN IMMEDIATE');
  const savepoint = run('SAVEPOINT work');
  const release = run('RELEASE work');
  const rollbackTo = run('ROLLBACK TO work');
  const commit = run('COMMIT');
  const rollback = run('ROLLBACK');

  let waiting: Waiting[] = [];
  let broken = false;
  let closed = false;
  let full = false;

  /** Runs every work of the batch; returns how to settle each once the commit is on disk. */
  const runBatch = (batch: readonly Waiting[]): (() => void)[] =>
    batch.map(({ work, resolve, reject }) => {
      const restore = undo.mark();
      savepoint();
      try {
        const value = work();
        release();
        return () => resolve(value);
      } catch (fault) {
        // Some storage errors end the whole transaction; then there is no savepoint to go back to.
        if (!db.inTransaction || isStorageError(fault)) throw fault;
        rollbackTo();
        release();
        restore();
        return () => reject(fault);
      }
    });

  const flush = () => {
    const batch = waiting;
    waiting = [];
    if (broken || batch.length === 0) return;
    const restore = undo.mark();
    try {
      begin();
      const settle = runBatch(batch);
      commit();
      full = false;
      for (const done of settle) done();
    } catch (cause) {
      restore();
      if (isFull(cause) && undone(db, rollback)) {
        full = true;
        const fault = new KeyturnFault('STORE_FULL', 'the disk is full; nothing was recorded', { cause });
        for (const { reject } of batch) reject(fault);
        return;
      }
      // A commit that was reported as failed can be there on the next open. Saying "failed" could be
      // a lie, and trying again could do it twice: so nobody is answered, and the process ends.
      broken = true;
      onBroken(cause);
    }
  };

  return {
    lastWriteFailed: () => full,
    /** From here on nothing is run; who still waits is told so. */
    close() {
      closed = true;
      for (const { reject } of waiting) reject(storeClosed());
      waiting = [];
    },
    submit(work: () => unknown): Promise<unknown> {
      if (closed) return Promise.reject(storeClosed());
      if (waiting.length >= MOST_WAITING) {
        return Promise.reject(new KeyturnFault('STORE_FULL', 'too many writes are waiting'));
      }
      return new Promise((resolve, reject) => {
        if (waiting.push({ work, resolve, reject }) === 1) setImmediate(flush);
      });
    },
  };
}

function storeClosed(): KeyturnFault {
  return new KeyturnFault('STORE_CLOSED', 'the store is closed; nothing was recorded');
}

/** True when the transaction is certainly gone. A full disk is refused before the commit is written. */
function undone(db: Database, rollback: () => unknown): boolean {
  if (!db.inTransaction) return true;
  rollback();
  return !db.inTransaction;
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

function isFull(cause: unknown): boolean {
  return codeOf(cause) === 'SQLITE_FULL';
}

/** Constraint violations are the work's own fault and undone alone; all else is about the file. */
function isStorageError(cause: unknown): boolean {
  const code = codeOf(cause);
  return code.startsWith('SQLITE_') && !code.startsWith('SQLITE_CONSTRAINT');
}
