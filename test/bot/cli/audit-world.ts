import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Command } from 'commander';
import { afterAll, beforeAll } from 'vitest';
import { auditVerifyCommand } from '../../../bot/cli/audit-verify.ts';
import { leafHash } from '../../../store/audit/entry.ts';
import { type Day, liveADay } from '../../store/audit/day.ts';

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export const told = (ran: Ran) => JSON.parse(ran.out) as Record<string, unknown>;

export const hash = (line: Uint8Array | undefined) =>
  Buffer.from(leafHash(line ?? new Uint8Array())).toString('hex');

/** The log of one day, in a database and as lines, and the command to verify it. Filled before the tests run. */
export class Audited {
  #day: Day | null = null;
  #dir = '';
  #copies = 0;
  lines: readonly Buffer[] = [];

  constructor() {
    beforeAll(async () => {
      this.#dir = mkdtempSync(join(tmpdir(), 'keyturn-verify-'));
      this.#day = await liveADay();
      this.lines = this.day.world.entries();
      const db = new Sqlite(this.day.world.file);
      db.exec(`VACUUM INTO '${this.sound}'`);
      db.close();
    });
    afterAll(() => {
      this.day.world.close();
      this.day.world.remove();
      rmSync(this.#dir, { recursive: true, force: true });
    });
  }

  get day(): Day {
    if (this.#day === null) throw new Error('the day begins with the first test');
    return this.#day;
  }

  get sound(): string {
    return this.path('sound.db');
  }

  path(name: string): string {
    return join(this.#dir, name);
  }

  async run(...args: readonly string[]): Promise<Ran> {
    let out = '';
    let err = '';
    const command = auditVerifyCommand(() => this.sound).configureOutput({
      writeOut: (text) => {
        out += text;
      },
      writeErr: (text) => {
        err += text;
      },
    });
    const program = new Command().addCommand(new Command('audit').addCommand(command));
    try {
      await program.parseAsync(['node', 'keyturn', 'audit', 'verify', ...args]);
      return { exit: Number(process.exitCode), out, err };
    } finally {
      process.exitCode = undefined;
    }
  }

  /** A file of these entries. */
  exported(name: string, entries: readonly Uint8Array[]): string {
    const file = this.path(name);
    writeFileSync(file, entries.map((bytes) => `${Buffer.from(bytes).toString('utf8')}\n`).join(''));
    return file;
  }

  /** A database of its own to break. */
  copy(): string {
    this.#copies += 1;
    const file = this.path(`copy-${this.#copies}.db`);
    copyFileSync(this.sound, file);
    return file;
  }

  /** The database after somebody had it in their hands, without the triggers that would have stopped them. */
  async tampered(sql: string): Promise<Ran & { readonly problem: unknown }> {
    const file = this.copy();
    const db = new Sqlite(file);
    db.pragma('foreign_keys = OFF');
    const triggers = db
      .prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
      .all();
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
    db.exec(sql);
    db.close();
    const ran = await this.run(file, '--json');
    return { ...ran, problem: told(ran)['problem'] };
  }
}
