import type { Database } from 'better-sqlite3';
import { canonicalJson, type Json } from '../../bot/core/canonical-json.ts';
import { sha256Hex } from '../../bot/core/digest.ts';
import { isTerminal } from '../../bot/core/request.ts';
import type { Beside } from '../audit/beside.ts';
import { toLogText } from '../audit/log-text.ts';
import type { Problem } from '../audit/problem.ts';
import type { Replayed } from '../audit/replay.ts';
import type { End, Tables } from '../audit/verify.ts';
import type { NoteFile } from '../audit/verify-log.ts';
import { openReadOnly } from './open.ts';

/** A log in its database, and the state that stands beside it, all as of one moment. */
export interface VerifySource {
  entries(): Iterable<{ readonly bytes: Uint8Array; readonly beside: Beside }>;
  readonly tables: Tables;
  /** Leaf hashes of the entries that were pruned. */
  leavesBefore(): Iterable<Uint8Array>;
  /** In order of size. */
  readonly checkpoints: readonly NoteFile[];
  close(): void;
}

// Somebody may have made these tables anew, and not STRICT. What is no blob is none that any check passes.
type EntryRow = readonly [seq: number, prev: unknown, type: string, request: number | null, bytes: unknown];

interface DisclosureRow {
  readonly seq: number;
  readonly field: string;
  readonly salt: unknown;
  readonly value: string;
}

/** Leaf hashes are kept for so many entries in a row. */
const TILE = 256;

const EMPTY = new Uint8Array();
function blob(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : EMPTY;
}

/**
 * Opens the file for reading only. One read transaction holds until `close`: a server that goes on
 * writing changes nothing of what is seen here. Throws when the file is no Keyturn database.
 */
export function openVerifySource(file: string): VerifySource {
  const db = openReadOnly(file);
  try {
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    db.exec('BEGIN');
    const entries = db
      .prepare<[number], EntryRow>(
        'SELECT seq, prev, type, request, bytes FROM entries WHERE seq >= ? ORDER BY seq',
      )
      .raw();
    // One that stands before the first entry belongs to nothing: unless that entry is one of those that
    // were pruned, and are leaving together with their texts.
    const disclosures = db.prepare<[number], DisclosureRow>(
      `SELECT seq, field, salt, value FROM disclosures d
       WHERE seq >= ? OR NOT EXISTS (SELECT 1 FROM entries e WHERE e.seq = d.seq) ORDER BY seq, field`,
    );
    const past = pastIn(db);
    const from = past?.before ?? 0;
    const texts = take(disclosures.iterate(from));
    return {
      *entries() {
        for (const [seq, prev, type, request, bytes] of entries.iterate(from)) {
          yield {
            bytes: blob(bytes),
            beside: { columns: { seq, prev: blob(prev), type, request }, texts: texts.upTo(seq) },
          };
        }
      },
      tables: tablesIn(db, past, () => texts.next()),
      *leavesBefore() {
        const tiles = db.prepare<[number], { hashes: unknown }>(
          'SELECT hashes FROM leaves WHERE tile < ? ORDER BY tile',
        );
        for (const { hashes } of tiles.iterate(from / TILE)) yield blob(hashes);
      },
      checkpoints: db
        .prepare<[], { size: number; note: string }>('SELECT size, note FROM checkpoints ORDER BY size')
        .all()
        .map(({ size, note }) => ({ name: `checkpoint ${size}`, note: Buffer.from(String(note), 'utf8') })),
      close() {
        texts.close();
        db.close();
      },
    };
  } catch (cause) {
    db.close();
    throw cause;
  }
}

const NONE: Beside['texts'] = [];

/** Walks the texts beside the entries, both in order, so that neither is ever held as a whole. */
function take(rows: IterableIterator<DisclosureRow>) {
  let next = rows.next();
  return {
    upTo(seq: number): Beside['texts'] {
      if (next.done || next.value.seq > seq) return NONE;
      const taken = [];
      for (; !next.done && next.value.seq <= seq; next = rows.next()) {
        const { field, salt, value } = next.value;
        taken.push({ field, salt: blob(salt), value: String(value) });
      }
      return taken;
    },
    next: () => (next.done ? null : next.value.seq),
    close: () => void rows.return?.(),
  };
}

interface RequestRow {
  readonly id: string;
  readonly state: string;
  readonly bodyState: string | null;
  readonly text: string | null;
}

/** What the tables say that a request still needs. Times are instants here, and texts in the log. */
interface Life {
  readonly reviews: readonly { readonly person: string; readonly verdict: string; readonly void: boolean }[];
  readonly usableUntil: number | null;
  readonly brokenGlass?: { readonly person: string } | null;
}

interface Past {
  readonly before: number;
  readonly prev: Uint8Array;
  readonly requests: number;
}

/** What was pruned. A database from before there was a prune has no table for it. */
function pastIn(db: Database): Past | null {
  const hasTable = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'pruned'").get() !== undefined;
  if (!hasTable) return null;
  return db.prepare<[], Past>('SELECT before, prev, requests FROM pruned').get() ?? null;
}

function tablesIn(db: Database, past: Past | null, nextText: () => number | null): Tables {
  const pruned = db.prepare<[], number | null>(
    "SELECT max(json_extract(CAST(bytes AS TEXT), '$.data.before')) FROM entries WHERE type = 'log.pruned'",
  );
  const row = db.prepare<[number], RequestRow>(
    `SELECT id, state, iif(json_valid(body), body ->> '$.state', NULL) AS bodyState, text FROM requests LEFT JOIN actions USING (number) WHERE number = ?`,
  );
  const life = db.prepare<[number], { body: string; asked: string }>(
    'SELECT body, asked FROM requests JOIN actions USING (number) WHERE number = ?',
  );
  const count = db.prepare<[], { rows: number; newest: number | null; stamp: number | null }>(
    'SELECT count(*) AS rows, max(number) AS newest, max(audit_seq) AS stamp FROM requests',
  );
  const actions = db.prepare<[], { rows: number }>('SELECT count(*) AS rows FROM actions');
  const policy = db.prepare<[], { value: string }>("SELECT value FROM facts WHERE name = 'policy'");
  const key = db.prepare<[], { key: string }>('SELECT key FROM checkpoint_keys ORDER BY since DESC LIMIT 1');
  const freezes = db.prepare<[], { requester: string; exclusions: string }>(
    'SELECT requester, exclusions FROM freezes',
  );

  const canErase =
    db.prepare("SELECT 1 FROM pragma_table_info('actions') WHERE name = 'erased_seq'").get() !== undefined;
  // The columns of these entries are held against their bytes, one by one.
  const erasure = canErase
    ? db.prepare<[number], { seq: number }>(
        `SELECT seq FROM entries JOIN actions ON seq = erased_seq
         WHERE number = ? AND type = 'payload.erased' AND request = number`,
      )
    : null;
  const isErased = (number: number, text: string | null) => text === '' && erasure?.get(number) !== undefined;
  const erasures = canErase
    ? db.prepare<[], { rows: number }>('SELECT count(*) AS rows FROM actions WHERE erased_seq IS NOT NULL')
    : null;

  return {
    beginning:
      past === null ? null : { seq: past.before, prev: Buffer.from(blob(past.prev)).toString('base64') },
    compare(request: Replayed) {
      const { number, id, state, submitted } = request;
      const held = row.get(number);
      if (held === undefined) return `request ${number} is in the log and not in the tables`;
      if (held.id !== id) return `request ${number} has another id in the tables`;
      if (held.state !== state || held.bodyState !== state) {
        return `request ${number} is ${state} by the log and ${held.state} in the tables`;
      }
      const isStored =
        isErased(number, held.text) ||
        (held.text !== null && `sha256:${sha256Hex(held.text)}` === submitted.action_digest);
      if (!isStored) return `the stored action of request ${number} is not the one that was submitted`;
      // What is over is decided. What is not, is decided by what these rows say.
      const isSame = isTerminal(state) || isLifeOf(request, life.get(number));
      return isSame ? null : `votes or demands of request ${number} in the tables are not those of the log`;
    },
    rest({
      lastSeq,
      requests,
      frozen,
      policy: loaded,
      unreviewed,
      links,
      key: named,
      erased,
    }: End): Problem | null {
      const end = (why: string) => ({ seq: lastSeq, why });
      const { rows, newest, stamp } = count.get() ?? { rows: 0, newest: null, stamp: null };
      if (stamp !== null && stamp > lastSeq) {
        return {
          seq: lastSeq + 1,
          why: `it is missing: the log ends here, and the tables know of entry ${stamp}`,
        };
      }
      if (nextText() !== null) return end(`a text stands beside entry ${nextText()}, which there is not`);
      if (past !== null && pruned.pluck().get() !== past.before)
        return end(`entries before ${past.before} are gone, and no entry says that they were pruned`);
      const all = requests + (past?.requests ?? 0);
      if (rows !== all || (newest ?? 0) !== all || actions.get()?.rows !== all) {
        return end(`the log has ${all} requests, and the tables have ${rows}, up to ${newest ?? 0}`);
      }
      if ((policy.get()?.value ?? null) !== loaded)
        return end('the policy in force is not the last one that the log has');
      if ((erasures?.get()?.rows ?? 0) !== erased)
        return end('the payloads that are gone are not those of the log');
      if (!isSameLinks(db, links)) return end('the linked accounts are not those of the log');
      if (!isSameReviews(db, unreviewed))
        return end('the reviews that are due for a broken glass are not those of the log');
      if ((key.get()?.key ?? null) !== named)
        return end('the key in force is not the last one that the log names');
      const isSame = freezes
        .all()
        .every(({ requester, exclusions }) => isJsonOf(exclusions, frozen.get(requester)));
      return isSame && freezes.all().length === frozen.size
        ? null
        : end('the frozen requesters are not those of the log');
    },
  };
}

function isLifeOf(
  request: Replayed,
  row: { readonly body: string; readonly asked: string } | undefined,
): boolean {
  try {
    const { reviews, usableUntil, brokenGlass } = JSON.parse(row?.body ?? '') as Life;
    const { demands } = JSON.parse(row?.asked ?? '') as { readonly demands: unknown };
    const approves = reviews.filter((review) => review.verdict === 'approve' && !review.void);
    return (
      approves.map(({ person }) => person).join(' ') ===
        request.votes.map(({ person }) => person).join(' ') &&
      (request.state !== 'approved' || usableUntil === request.usableUntil) &&
      (brokenGlass?.person ?? null) === request.breaker &&
      toLogText(demands) === canonicalJson(request.demands as unknown as Json)
    );
  } catch {
    // No JSON, or not of that shape.
    return false;
  }
}

function hasTable(db: Database, name: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined;
}

function isSameLinks(db: Database, links: End['links']): boolean {
  const sql = 'SELECT person, count(*) AS n FROM accounts GROUP BY person';
  const rows = hasTable(db, 'accounts') ? db.prepare<[], { person: string; n: number }>(sql).all() : [];
  return rows.length === links.size && rows.every(({ person, n }) => links.get(person) === n);
}

/** A database from before there was such a table has no broken glass either. */
function isSameReviews(db: Database, unreviewed: End['unreviewed']): boolean {
  const exists = db
    .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'post_reviews'")
    .get();
  const rows =
    exists === undefined
      ? []
      : db
          .prepare<[], { request: number; person: string; due_at: number }>('SELECT * FROM post_reviews')
          .all();
  return (
    rows.length === unreviewed.size &&
    rows.every(({ request, person, due_at }) => {
      const logged = unreviewed.get(request);
      return logged?.person === person && logged.dueAt === due_at;
    })
  );
}

function isJsonOf(text: string, people: ReadonlySet<string> | undefined): boolean {
  // Both are the list that was frozen with, in its order.
  return people !== undefined && text === JSON.stringify([...people]);
}
