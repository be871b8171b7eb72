import Sqlite, { type Database } from 'better-sqlite3';
import { onTestFinished } from 'vitest';

export interface WatchedSqlite {
  /** The connections that were opened, oldest first. */
  readonly databases: Database[];
  /** What ran, in order: BEGIN IMMEDIATE, COMMIT and the like, and whatever the test adds. */
  readonly ran: string[];
  /** Called before each statement of that text; it may throw as SQLite would. */
  before(sql: string, call: () => void): void;
  /** Not carried out: SQLite keeps the value it has. */
  ignorePragma(text: string): void;
}

/** Looks over SQLite's shoulder until the test ends. Nothing of ours is replaced. */
export function watchSqlite(): WatchedSqlite {
  const { prepare, pragma } = Sqlite.prototype;
  const databases: Database[] = [];
  const ran: string[] = [];
  const calls = new Map<string, () => void>();
  const ignored = new Set<string>();

  Sqlite.prototype.prepare = function (this: Database, sql: string) {
    const statement = prepare.call(this, sql);
    const run = statement.run.bind(statement) as (...values: unknown[]) => Sqlite.RunResult;
    if (/^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)/.test(sql)) {
      statement.run = (...values: unknown[]) => {
        calls.get(sql)?.();
        const result = run(...values);
        ran.push(sql);
        return result;
      };
    }
    return statement;
  } as typeof prepare;
  Sqlite.prototype.pragma = function (this: Database, text, options) {
    if (!databases.includes(this)) databases.push(this);
    return ignored.has(text) ? [] : pragma.call(this, text, options);
  };
  onTestFinished(() => {
    Sqlite.prototype.prepare = prepare;
    Sqlite.prototype.pragma = pragma;
  });
  return {
    databases,
    ran,
    before: (sql, call) => void calls.set(sql, call),
    ignorePragma: (text) => void ignored.add(text),
  };
}

export function sqliteError(code: string): Error {
  return new Sqlite.SqliteError(`as if: ${code}`, code);
}
