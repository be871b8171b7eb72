import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect } from 'vitest';
import { findNotes } from '../../store/audit/find-notes.ts';
import { readVerifierKey, type VerifierKey } from '../../store/audit/verifier-key.ts';
import { createLogVerifier } from '../../store/audit/verify-log.ts';
import { openVerifySource } from '../../store/sqlite/verify-source.ts';

interface Row {
  readonly seq: number;
  readonly prev: Buffer;
  readonly type: string;
  readonly request: number | null;
  readonly bytes: Buffer;
}

export interface Held {
  /** Entry types in order, of one request or of the whole log. */
  typesOf(id?: string): string[];
  states(): Map<string, string>;
  outbox: number;
}

/** What each entry type leaves a request in. A second, small reading of the log, which shares no code with ours. */
const LEAVES: Readonly<Record<string, string>> = {
  'request.submitted': 'pending',
  'request.approved': 'approved',
  'request.denied': 'denied',
  'request.revoked': 'revoked',
  'request.cancelled': 'cancelled',
  'grant.issued': 'executing',
  'execution.succeeded': 'succeeded',
  'execution.failed': 'failed',
};

/** A no, or a message about it, changes nothing of a request. */
function isChange(type: string): boolean {
  return !type.endsWith('.refused') && !type.startsWith('notification.');
}

/**
 * What `keyturn audit verify` says: every entry, every quorum, and the tables against a replay; and every
 * checkpoint, also those that an anchor was shown before the process died.
 */
function verify(database: string): void {
  const source = openVerifySource(database);
  const anchor = join(dirname(database), '../anchor.notes');
  const outside = existsSync(anchor) ? [{ name: anchor, ...findNotes(readFileSync(anchor, 'utf8')) }] : [];
  const { checkpoints } = source;
  const evidence = {
    key: keyIn(database),
    checkpoint: checkpoints.at(-1) ?? null,
    older: checkpoints.slice(0, -1),
    outside,
  };
  const verifier = createLogVerifier(evidence, { tables: source.tables, isLive: true });
  for (const { bytes, beside } of source.entries()) if (!verifier.take(bytes, beside)) break;
  expect(verifier.finish()).toMatchObject({ usable: true, problem: null });
  source.close();
}

function keyIn(database: string): VerifierKey | null {
  const db = new Sqlite(database, { readonly: true });
  const text = db
    .prepare<[], string>('SELECT key FROM checkpoint_keys ORDER BY since DESC LIMIT 1')
    .pluck()
    .get();
  db.close();
  const read = text === undefined ? null : readVerifierKey(text);
  return read !== null && 'key' in read ? read.key : null;
}

/** Reads a database that nobody has open: the chain holds, and the tables say what the log says. */
export function checkAgreement(database: string): Held {
  verify(database);
  const db = new Sqlite(database);
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const entries = db.prepare<[], Row>('SELECT * FROM entries ORDER BY seq').all();
    let prev = Buffer.alloc(32);
    for (const [index, entry] of entries.entries()) {
      expect(entry.seq).toBe(index);
      expect(entry.prev.equals(prev)).toBe(true);
      prev = createHash('sha256').update(Buffer.of(0)).update(entry.bytes).digest();
    }
    const requests = db
      .prepare<[], { number: number; id: string; state: string; body: string; audit_seq: number }>(
        'SELECT number, id, state, body, audit_seq FROM requests ORDER BY number',
      )
      .all();
    const ofRequest = new Map<number | null, Row[]>();
    for (const entry of entries) {
      const others = ofRequest.get(entry.request) ?? [];
      ofRequest.set(entry.request, others);
      others.push(entry);
    }
    expect(requests.map(({ number }) => number)).toEqual(requests.map((_row, index) => index + 1));
    expect(entries.filter(({ type }) => type === 'request.submitted')).toHaveLength(requests.length);
    for (const { number, state, body, audit_seq } of requests) {
      const changes = (ofRequest.get(number) ?? []).filter(({ type }) => isChange(type));
      const told = changes.map(({ type }) => LEAVES[type]).filter((left) => left !== undefined);
      expect([state, (JSON.parse(body) as { state: string }).state]).toEqual([told.at(-1), told.at(-1)]);
      expect(audit_seq).toBe(changes.at(-1)?.seq);
      expect(changes.filter(({ type }) => type === 'grant.issued').length).toBeLessThanOrEqual(1);
    }
    const numberOf = new Map(requests.map(({ id, number }) => [id, number]));
    return {
      typesOf: (id) =>
        entries
          .filter(({ request }) => id === undefined || request === numberOf.get(id))
          .map(({ type }) => type),
      states: () => new Map(requests.map(({ id, state }) => [id, state])),
      // The last checkpoint is always still to be shown: it was taken when nothing went out any more.
      outbox: Number(db.prepare("SELECT count(*) FROM outbox WHERE kind <> 'text'").pluck().get()),
    };
  } finally {
    db.close();
  }
}
