import { createHash } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { expect } from 'vitest';
import { createVerifier } from '../../store/audit/verify.ts';
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

/** What `keyturn audit verify` says: every entry, every quorum, and the tables against a replay. */
function verify(database: string): void {
  const source = openVerifySource(database);
  const verifier = createVerifier({ tables: source.tables });
  for (const { bytes, beside } of source.entries()) if (!verifier.take(bytes, beside)) break;
  expect(verifier.finish()).toMatchObject({ usable: true, problem: null });
  source.close();
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
      outbox: Number(db.prepare('SELECT count(*) FROM outbox').pluck().get()),
    };
  } finally {
    db.close();
  }
}
