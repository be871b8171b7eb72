import type { Database } from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { leafHash } from '../audit/entry.ts';
import { parseOrigin } from '../audit/origin.ts';

/** How many of the newest entries are checked at every start. `keyturn audit verify` checks all. */
const TAIL = 1000;

/** Nothing is signed, released or answered on top of a log whose end does not fit. */
export function checkTail(db: Database, log: string): void {
  const rows = db
    .prepare<[number], { seq: number; prev: Uint8Array; bytes: Uint8Array }>(
      'SELECT seq, prev, bytes FROM entries ORDER BY seq DESC LIMIT ?',
    )
    .all(TAIL)
    .reverse();
  for (const [index, { seq, prev, bytes }] of rows.entries()) {
    const before = rows[index - 1];
    const told = readEntry(bytes);
    const follows = before === undefined || Buffer.compare(leafHash(before.bytes), prev) === 0;
    if (!follows || told?.seq !== seq || told.prev !== Buffer.from(prev).toString('base64')) {
      throw new KeyturnFault('LOG_TAIL_BROKEN', `entry ${seq} does not follow the one before it`);
    }
    if (parseOrigin(told.log)?.log !== log) {
      throw new KeyturnFault('LOG_TAIL_BROKEN', `this log is ${told.log}, the configuration says ${log}`);
    }
  }
  const ahead = db
    .prepare<[], { ahead: number | null }>(
      `SELECT max(audit_seq) > (SELECT coalesce(max(seq), -1) FROM entries) AS ahead
       FROM (SELECT audit_seq FROM requests ORDER BY number DESC LIMIT 1000)`,
    )
    .get();
  if (ahead?.ahead === 1)
    throw new KeyturnFault('LOG_TAIL_BROKEN', 'a request is newer than the end of the log');
}

/** Null for bytes that are no JSON: somebody else wrote them. */
function readEntry(bytes: Uint8Array): { seq?: unknown; prev?: unknown; log?: unknown } | null {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as object | null;
  } catch {
    return null;
  }
}

export function endsWithStop(db: Database): boolean {
  const row = db.prepare<[], { type: string }>('SELECT type FROM entries ORDER BY seq DESC LIMIT 1').get();
  return row?.type === 'log.stopped';
}
