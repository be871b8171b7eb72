import { closeSync, existsSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import type { Database } from 'better-sqlite3';
import type { Purged, Purging } from '../../bot/ports/disclosures.ts';

const CHUNK = 1 << 20;
const readAt = promisify(read);

/** Counts what was erased since the file was last purged, so that a purge never answers for a later erasure. */
export const UNPURGED = 'unpurged';

/**
 * `secure_delete` writes zeros over what is deleted, and still a copy can be left in the unused part
 * of a page that was split while the text was there (about one in a thousand, measured). So the file is
 * read afterwards, and written anew where that is so.
 */
export function purgerOf(db: Database, file: string): Purging & { close(): void } {
  const marked = db.prepare<[], string>(`SELECT value FROM facts WHERE name = '${UNPURGED}'`).pluck();
  const unmark = db.prepare(`DELETE FROM facts WHERE name = '${UNPURGED}' AND value = ?`);
  let main: number | null = null;
  let last: Promise<unknown> = Promise.resolve();

  /** False while somebody reads an older state: then the write-ahead log must stay. */
  const truncateWal = (): boolean => {
    // The reader can be this process, so waiting for it here would be waiting for oneself.
    db.pragma('busy_timeout = 0');
    try {
      const [row] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      return row?.busy === 0;
    } finally {
      db.pragma('busy_timeout = 5000');
    }
  };
  const isFound = async (traces: readonly Uint8Array[]): Promise<boolean> => {
    // Kept open until the database is closed: closing any handle of a file drops the locks that this
    // process holds on it, SQLite's too.
    main ??= openSync(file, 'r');
    if (await contains(main, traces)) return true;
    if (!existsSync(`${file}-wal`)) return false;
    const wal = openSync(`${file}-wal`, 'r');
    try {
      return await contains(wal, traces);
    } finally {
      closeSync(wal);
    }
  };
  const clean = async (traces: readonly Uint8Array[] | null): Promise<Purged> => {
    if (!truncateWal()) return 'held';
    if (traces !== null && !(await isFound(traces))) return 'gone';
    // The new file is put together beside the old one: too much for memory, where all else stays.
    db.pragma('temp_store = FILE');
    try {
      db.exec('VACUUM');
    } catch (cause) {
      // It needs as much again on the disk, and nobody else in the file.
      if (/^SQLITE_(FULL|BUSY|LOCKED)/.test(codeOf(cause))) return 'held';
      throw cause;
    } finally {
      db.pragma('temp_store = MEMORY');
    }
    if (!truncateWal()) return 'held';
    return traces !== null && (await isFound(traces)) ? 'standing' : 'gone';
  };
  const purge = async (traces: readonly Uint8Array[] | null): Promise<Purged> => {
    const mark = marked.get();
    if (traces === null && mark === undefined) return 'gone';
    const purged = await clean(traces);
    if (purged !== 'held' && mark !== undefined) unmark.run(mark);
    return purged;
  };

  return {
    purge(traces) {
      const next = last.then(() => purge(traces));
      last = next.catch(() => undefined);
      return next;
    },
    close() {
      if (main !== null) closeSync(main);
      main = null;
    },
  };
}

/** Piece by piece, each with the end of the one before, so that no trace hides on a border. */
async function contains(file: number, traces: readonly Uint8Array[]): Promise<boolean> {
  const longest = Math.max(...traces.map(({ length }) => length));
  const buffer = Buffer.alloc(CHUNK + longest);
  let kept = 0;
  for (let at = 0; ; ) {
    const { bytesRead } = await readAt(file, buffer, kept, CHUNK, at);
    const held = buffer.subarray(0, kept + bytesRead);
    if (traces.some((trace) => held.includes(Buffer.from(trace)))) return true;
    if (bytesRead === 0) return false;
    at += bytesRead;
    kept = Math.min(longest, held.length);
    held.copyWithin(0, held.length - kept);
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
