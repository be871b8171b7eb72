import type { Database } from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { toLane } from '../../bot/core/lane.ts';
import { dueAt, runAt } from '../../bot/core/lifecycle/time.ts';
import { type ActionRequest, type RequestId, RISKS, type State } from '../../bot/core/request.ts';
import type { ErasablePayloads, ErasePayload } from '../../bot/ports/payloads.ts';
import type { Reading, Standing, Transaction } from '../../bot/ports/store.ts';
import { keptPayloadsIn } from './kept-payloads.ts';
import { type Row, requestRows } from './request-rows.ts';

type Requests = Pick<
  Reading,
  | 'request'
  | 'actionText'
  | 'list'
  | 'due'
  | 'standing'
  | 'nextOfLanes'
  | 'nextOfLane'
  | 'laneLoad'
  | 'atWork'
  | 'waiting'
  | 'inStates'
  | 'auditSeq'
  | 'countByState'
> &
  ErasablePayloads &
  ErasePayload &
  Pick<
    Transaction,
    | 'insert'
    | 'update'
    | 'touch'
    | 'setTwin'
    | 'nextNumber'
    | 'countOpen'
    | 'countSince'
    | 'pendingTwin'
    | 'approvedTwin'
    | 'openOf'
  >;

const OPEN = "('pending','flagged','approved')";
const STANDING = 'id AS request, lane, state, urgency, run_at AS runAt';
const ROW = 'SELECT number, body, asked FROM requests JOIN actions USING (number)';

/** `seq` tells the sequence number of the newest entry, which the row is stamped with. */
export function requestsIn(db: Database, seq: () => number): Requests {
  const { read, toAsked, toLife } = requestRows();
  const { keep, ...payloads } = keptPayloadsIn(db);
  const kept = { keep };
  const byId = db.prepare<[string], Row>(`${ROW} WHERE id = ?`);
  const seqOf = db.prepare<[string], { audit_seq: number }>('SELECT audit_seq FROM requests WHERE id = ?');
  const text = db.prepare<[string], { text: string }>(
    'SELECT text FROM actions JOIN requests USING (number) WHERE id = ?',
  );
  const due = db.prepare<[number, number], { id: string }>(
    'SELECT id FROM requests WHERE due_at <= ? ORDER BY due_at LIMIT ?',
  );
  const standing = db.prepare<[string], Standing>(
    `SELECT ${STANDING} FROM requests WHERE id = ? AND lane IS NOT NULL`,
  );
  // SQLite takes the other columns from the row that has the maximum: the first of its lane.
  const heads = db.prepare<[number, number], Standing>(
    `SELECT ${STANDING}, max(urgency * 1000000000000000 - run_at) FROM requests INDEXED BY requests_next
     WHERE run_at IS NOT NULL AND run_at <= ? GROUP BY lane ORDER BY urgency DESC, run_at, number LIMIT ?`,
  );
  const inLane = db.prepare<[string, number, number], Standing>(
    `SELECT ${STANDING} FROM requests INDEXED BY requests_next
     WHERE lane = ? AND run_at IS NOT NULL AND run_at <= ? ORDER BY urgency DESC, run_at, number LIMIT ?`,
  );
  const waiting = db.prepare<[], { id: string }>(
    'SELECT id FROM requests WHERE waits IS NOT NULL ORDER BY number',
  );
  const byState = db.prepare<[], { state: State; n: number }>(
    `SELECT state, count(*) AS n FROM requests WHERE state IN ('pending','flagged','approved','executing','unknown') GROUP BY state`,
  );
  const last = db.prepare<[], { number: number | null }>('SELECT max(number) AS number FROM requests');
  const add = db.prepare(
    `INSERT INTO requests (number, id, state, requester, created_at, due_at, run_at, urgency, lane, waits, twin, audit_seq, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const addText = db.prepare('INSERT INTO actions (number, text, asked) VALUES (?, ?, ?)');
  const changeAsked = db.prepare('UPDATE actions SET asked = ? WHERE number = ?');
  const change = db.prepare(
    `UPDATE requests SET state = ?, due_at = ?, run_at = ?, urgency = ?, started_at = ?, waits = ?, audit_seq = ?, body = ? WHERE number = ?`,
  );
  // No index holds these columns, so a change within a state touches one page.
  const changeLife = db.prepare('UPDATE requests SET audit_seq = ?, body = ? WHERE number = ?');
  const alive = db.prepare('UPDATE requests SET due_at = ?, run_at = ?, body = ? WHERE number = ?');
  const changeTwin = db.prepare('UPDATE requests SET twin = ? WHERE id = ?');
  const open = db.prepare<[string, number], { n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM requests WHERE requester = ? AND state IN ${OPEN} LIMIT ?)`,
  );
  const since = db.prepare<[string, number, number], { n: number }>(
    `SELECT count(*) AS n FROM (SELECT created_at FROM requests WHERE requester = ? ORDER BY number DESC LIMIT ?)
     WHERE created_at > ?`,
  );
  const working = db.prepare<[string, number], { n: number }>(
    "SELECT count(*) AS n FROM requests INDEXED BY requests_working WHERE lane = ? AND state = 'executing' AND coalesce(run_at, 9e15) > ?",
  );
  const starts = db.prepare<[string, number], { n: number }>(
    'SELECT count(*) AS n FROM requests WHERE lane = ? AND started_at > ?',
  );
  const longest = db.prepare<[number, number], Row>(
    `SELECT number, body, asked FROM requests INDEXED BY requests_working JOIN actions USING (number)
     WHERE state = 'executing' AND lane IS NOT NULL AND started_at <= ? ORDER BY started_at, number LIMIT ?`,
  );
  const twin = db.prepare<[string], Row>(
    `${ROW} WHERE twin = ? AND state = 'pending' ORDER BY number LIMIT 1`,
  );
  const redeemable = db.prepare<[string], Row>(
    `${ROW} WHERE twin = ? AND state = 'approved' ORDER BY number LIMIT 1`,
  );
  const openRows = db.prepare<[string], Row>(`${ROW} WHERE requester = ? AND state IN ${OPEN}`);
  const one = (row: Row | undefined) => (row === undefined ? null : read(row));

  return {
    ...payloads,
    request: (id) => one(byId.get(id)),
    actionText(id) {
      const row = text.get(id);
      if (row === undefined) throw new KeyturnFault('IMPOSSIBLE', `${id} has no stored action`);
      return row.text;
    },
    auditSeq: (id) => seqOf.get(id)?.audit_seq ?? -1,
    countByState: () => new Map(byState.all().map(({ state, n }) => [state, n])),
    list: (query) => listRows(db, query).map(read),
    due: (at, most) => due.all(at, most).map(({ id }) => id as RequestId),
    standing: (id) => standing.get(id) ?? null,
    nextOfLanes: (at, most) => heads.all(at, most),
    nextOfLane: (lane, at, most) => inLane.all(lane, at, most),
    waiting: () => waiting.all().map(({ id }) => id as RequestId),
    inStates: (states, most, after) => rowsInStates(db, states, most, after).map(read),
    nextNumber: () => (last.get()?.number ?? 0) + 1,
    countOpen: (requester, most) => open.get(requester, most)?.n ?? 0,
    countSince: (requester, at, most) => since.get(requester, most, at)?.n ?? 0,
    laneLoad: (lane, at, from) => ({
      running: working.get(lane, at)?.n ?? 0,
      started: starts.get(lane, from)?.n ?? 0,
    }),
    atWork: (before, most) => longest.all(before, most).map(read),
    pendingTwin: (key) => one(twin.get(key)),
    approvedTwin: (key) => one(redeemable.get(key)),
    openOf: (requester) => openRows.all(requester).map(read),
    insert(request, actionText, dedupeKey) {
      const { number, id, state, requester, createdAt } = request;
      const [due_, waits_, life] = [dueAt(request), waits(request), toLife(request)];
      const lane = request.executor === null ? null : toLane(request);
      const [run, urgent] = [runAt(request), urgency(request)];
      add.run(
        number,
        id,
        state,
        requester.id,
        createdAt,
        due_,
        run,
        urgent,
        lane,
        waits_,
        dedupeKey,
        seq(),
        life,
      );
      addText.run(number, actionText, toAsked(request));
      kept.keep(request, null);
    },
    setTwin: (id, dedupeKey) => void changeTwin.run(dedupeKey, id),
    touch: (request) => void alive.run(dueAt(request), runAt(request), toLife(request), request.number),
    update(request, before) {
      const { number, state } = request;
      const life = toLife(request);
      const moved =
        state !== before.state ||
        dueAt(request) !== dueAt(before) ||
        runAt(request) !== runAt(before) ||
        startedAt(request) !== startedAt(before) ||
        urgency(request) !== urgency(before) ||
        waits(request) !== waits(before);
      const [due_, run, urgent] = [dueAt(request), runAt(request), urgency(request)];
      if (moved)
        change.run(state, due_, run, urgent, startedAt(request), waits(request), seq(), life, number);
      else changeLife.run(seq(), life, number);
      const { demands, unresolved, preview } = before;
      if (request.demands !== demands || request.unresolved !== unresolved || request.preview !== preview)
        changeAsked.run(toAsked(request), number);
      kept.keep(request, before);
    },
  };
}

/** The start of the last try; null where Keyturn has started nothing. */
function startedAt({ execution }: ActionRequest): number | null {
  return execution?.run == null ? null : execution.run.startedAt;
}

function urgency({ demands }: ActionRequest): number {
  return RISKS.indexOf(demands.risk);
}

/** 1 while it can still be cancelled and everybody who asked blocks on the answer. */
function waits({ state, submissions }: ActionRequest): 1 | null {
  const open = state === 'pending' || state === 'approved';
  return open && submissions.every(({ hold }) => hold === 'wait') ? 1 : null;
}

function listRows(db: Database, { states, requester, before, most }: Parameters<Reading['list']>[0]): Row[] {
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
  return prepared(db, `${ROW} WHERE ${where.join(' AND ')} ORDER BY number DESC LIMIT ?`).all(
    ...values,
    most,
  );
}

function rowsInStates(db: Database, states: readonly string[], most: number, after: number): Row[] {
  const sql = `${ROW} WHERE number > ? AND state IN (${states.map(() => '?').join(',')}) ORDER BY number LIMIT ?`;
  return prepared(db, sql).all(after, ...states, most);
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
