import type { Database } from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { dueAt } from '../../bot/core/lifecycle/time.ts';
import type { ActionRequest, RequestId, State } from '../../bot/core/request.ts';
import type { Reading, Transaction } from '../../bot/ports/store.ts';

type Requests = Pick<
  Reading,
  'request' | 'actionText' | 'list' | 'due' | 'waiting' | 'inStates' | 'auditSeq' | 'countByState'
> &
  Pick<
    Transaction,
    'insert' | 'update' | 'touch' | 'nextNumber' | 'countOpen' | 'countSince' | 'pendingTwin' | 'openOf'
  >;

interface Row {
  readonly body: string;
}

const OPEN = "('pending','flagged','approved')";

/** `seq` tells the sequence number of the newest entry, which the row is stamped with. */
export function requestsIn(db: Database, seq: () => number): Requests {
  const byId = db.prepare<[string], Row>('SELECT body FROM requests WHERE id = ?');
  const seqOf = db.prepare<[string], { audit_seq: number }>('SELECT audit_seq FROM requests WHERE id = ?');
  const text = db.prepare<[string], { text: string }>(
    'SELECT text FROM actions JOIN requests USING (number) WHERE id = ?',
  );
  const due = db.prepare<[number, number], { id: string }>(
    'SELECT id FROM requests WHERE due_at <= ? ORDER BY due_at LIMIT ?',
  );
  const waiting = db.prepare<[], { id: string }>(
    'SELECT id FROM requests WHERE waits IS NOT NULL ORDER BY number',
  );
  const byState = db.prepare<[], { state: State; n: number }>(
    `SELECT state, count(*) AS n FROM requests WHERE state IN ('pending','flagged','approved','executing','unknown') GROUP BY state`,
  );
  const last = db.prepare<[], { number: number | null }>('SELECT max(number) AS number FROM requests');
  const add = db.prepare(
    `INSERT INTO requests (number, id, state, requester, created_at, due_at, waits, twin, audit_seq, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const addText = db.prepare('INSERT INTO actions (number, text) VALUES (?, ?)');
  const change = db.prepare(
    `UPDATE requests SET state = ?, due_at = ?, waits = ?, twin = iif(? = 'pending', twin, NULL), audit_seq = ?, body = ? WHERE number = ?`,
  );
  const alive = db.prepare('UPDATE requests SET due_at = ?, body = ? WHERE number = ?');
  const open = db.prepare<[string, number], { n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM requests WHERE requester = ? AND state IN ${OPEN} LIMIT ?)`,
  );
  const since = db.prepare<[string, number, number], { n: number }>(
    `SELECT count(*) AS n FROM (SELECT created_at FROM requests WHERE requester = ? ORDER BY number DESC LIMIT ?)
     WHERE created_at > ?`,
  );
  const twin = db.prepare<[string], Row>('SELECT body FROM requests WHERE twin = ?');
  const openRows = db.prepare<[string], Row>(
    `SELECT body FROM requests WHERE requester = ? AND state IN ${OPEN}`,
  );

  return {
    request: (id) => read(byId.get(id)),
    actionText(id) {
      const row = text.get(id);
      if (row === undefined) throw new KeyturnFault('IMPOSSIBLE', `${id} has no stored action`);
      return row.text;
    },
    auditSeq: (id) => seqOf.get(id)?.audit_seq ?? -1,
    countByState: () => new Map(byState.all().map(({ state, n }) => [state, n])),
    list: (query) => listRows(db, query),
    due: (at, most) => due.all(at, most).map(({ id }) => id as RequestId),
    waiting: () => waiting.all().map(({ id }) => id as RequestId),
    inStates: (states, most, after) => inStates(db, states, most, after),
    nextNumber: () => (last.get()?.number ?? 0) + 1,
    countOpen: (requester, most) => open.get(requester, most)?.n ?? 0,
    countSince: (requester, at, most) => since.get(requester, most, at)?.n ?? 0,
    pendingTwin: (key) => read(twin.get(key)),
    openOf: (requester) => openRows.all(requester).map((row) => JSON.parse(row.body) as ActionRequest),
    insert(request, actionText, dedupeKey) {
      const { number, id, state, requester, createdAt } = request;
      const pending = state === 'pending' ? dedupeKey : null;
      add.run(
        number,
        id,
        state,
        requester.id,
        createdAt,
        dueAt(request),
        waits(request),
        pending,
        seq(),
        JSON.stringify(request),
      );
      addText.run(number, actionText);
    },
    touch: (request) => void alive.run(dueAt(request), JSON.stringify(request), request.number),
    update(request) {
      const { number, state } = request;
      change.run(state, dueAt(request), waits(request), state, seq(), JSON.stringify(request), number);
    },
  };
}

/** 1 while it can still be cancelled and everybody who asked blocks on the answer. */
function waits({ state, submissions }: ActionRequest): 1 | null {
  const open = state === 'pending' || state === 'approved';
  return open && submissions.every(({ hold }) => hold === 'wait') ? 1 : null;
}

function read(row: Row | undefined): ActionRequest | null {
  return row === undefined ? null : (JSON.parse(row.body) as ActionRequest);
}

function listRows(
  db: Database,
  { states, requester, before, most }: Parameters<Reading['list']>[0],
): ActionRequest[] {
  const where = ['number < ?'];
  const values: (string | number)[] = [before ?? Number.MAX_SAFE_INTEGER];
  if (states !== null) {
    where.push(`state IN (${states.map(() => '?').join(',')})`);
    values.push(...states);
  }
  if (requester !== null) {
    where.push('requester = ?');
    values.push(requester);
  }
  const sql = `SELECT body FROM requests WHERE ${where.join(' AND ')} ORDER BY number DESC LIMIT ?`;
  const rows = prepared(db, sql).all(...values, most);
  return rows.map((row) => JSON.parse(row.body) as ActionRequest);
}

function inStates(db: Database, states: readonly string[], most: number, after: number): ActionRequest[] {
  const sql = `SELECT body FROM requests WHERE number > ? AND state IN (${states.map(() => '?').join(',')}) ORDER BY number LIMIT ?`;
  return prepared(db, sql)
    .all(after, ...states, most)
    .map((row) => JSON.parse(row.body) as ActionRequest);
}

/** Few shapes of query exist, so each is prepared once per database. */
function prepared(db: Database, sql: string) {
  const known = PREPARED.get(db) ?? new Map<string, ReturnType<typeof prepareRows>>();
  PREPARED.set(db, known);
  const statement = known.get(sql) ?? prepareRows(db, sql);
  known.set(sql, statement);
  return statement;
}
const PREPARED = new WeakMap<Database, Map<string, ReturnType<typeof prepareRows>>>();

function prepareRows(db: Database, sql: string) {
  return db.prepare<(string | number)[], Row>(sql);
}
