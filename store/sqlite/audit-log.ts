import type { Database } from 'better-sqlite3';
import { readIsoTime } from '../../bot/core/instant.ts';
import { newId } from '../../bot/core/new-id.ts';
import type { RequestId } from '../../bot/core/request.ts';
import type { Random } from '../../bot/ports/random.ts';
import type { Reading, StoredEntry, Transaction } from '../../bot/ports/store.ts';
import { GENESIS_PREV, leafHash, writeEntry } from '../audit/entry.ts';
import { formatOrigin, parseOrigin } from '../audit/origin.ts';

type Log = Pick<Transaction, 'append'> &
  Pick<Reading, 'entries' | 'entriesOf' | 'lastOf' | 'newestEntry' | 'lastSeq' | 'textsOf' | 'leafHashOf'>;

/** Where the chain ends. A savepoint that is undone puts the old one back. */
export interface Head {
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly epoch: number;
}

export function readHead(db: Database): Head {
  const row = db
    .prepare<[], { seq: number; bytes: Uint8Array }>(
      'SELECT seq, bytes FROM entries ORDER BY seq DESC LIMIT 1',
    )
    .get();
  if (row === undefined) return { seq: -1, hash: GENESIS_PREV, epoch: 1 };
  return { seq: row.seq, hash: leafHash(row.bytes), epoch: parseOrigin(originOf(row.bytes))?.epoch ?? 1 };
}

function originOf(bytes: Uint8Array): string {
  return (JSON.parse(Buffer.from(bytes).toString('utf8')) as { log: string }).log;
}

export function logIn(
  db: Database,
  about: { readonly log: string; readonly software: string; readonly random: Random },
  head: { get: () => Head; set: (head: Head) => void },
  grow: (leaf: Uint8Array) => void,
): Log {
  const add = db.prepare('INSERT INTO entries (seq, prev, type, request, bytes) VALUES (?, ?, ?, ?, ?)');
  const disclose = db.prepare('INSERT INTO disclosures (seq, field, salt, value) VALUES (?, ?, ?, ?)');
  const range = db.prepare<[number, number], StoredEntry>(
    'SELECT seq, type, bytes FROM entries WHERE seq >= ? ORDER BY seq LIMIT ?',
  );
  const ofRequest = db.prepare<[string, number, number], StoredEntry>(
    `SELECT seq, type, bytes FROM entries WHERE request = (SELECT number FROM requests WHERE id = ?) AND seq > ?
     ORDER BY seq LIMIT ?`,
  );
  const newest = db.prepare<[], StoredEntry>(
    'SELECT seq, type, bytes FROM entries ORDER BY seq DESC LIMIT 1',
  );
  const newestOf = db.prepare<[string, string, number], StoredEntry>(
    `SELECT seq, type, bytes FROM entries WHERE request = (SELECT number FROM requests WHERE id = ?)
     AND type IN (SELECT value FROM json_each(?)) AND seq < ? ORDER BY seq DESC LIMIT 1`,
  );
  const texts = db.prepare<[number], { field: string; value: string }>(
    'SELECT field, value FROM disclosures WHERE seq = ?',
  );
  const salt = () => about.random.bytes(32);

  return {
    append(event, actor, at, request) {
      const { seq: last, hash: prev, epoch: before } = head.get();
      const seq = last + 1;
      // The entry that opens an epoch is its first.
      const epoch = event.type === 'log.epoch_opened' ? event.epoch : before;
      const place = {
        log: formatOrigin(about.log, epoch),
        seq,
        id: newId('evt', at, about.random),
        prev,
        software: about.software,
        salt,
      };
      const { bytes, disclosures } = writeEntry(place, event, actor, at, request);
      add.run(seq, prev, event.type, request?.number ?? null, bytes);
      for (const { field, salt: used, value } of disclosures) disclose.run(seq, field, used, value);
      const hash = leafHash(bytes);
      head.set({ seq, hash, epoch });
      grow(hash);
      return seq;
    },
    lastSeq: () => head.get().seq,
    entries: (from, most) => range.all(from, most),
    entriesOf: (id: RequestId, after, most) => ofRequest.all(id, after, most),
    lastOf: (id, types, before = Number.MAX_SAFE_INTEGER) =>
      newestOf.get(id, JSON.stringify(types), before) ?? null,
    textsOf: (seq) =>
      Object.fromEntries(texts.all(seq).map(({ field, value }) => [field, String(JSON.parse(value))])),
    leafHashOf(seq) {
      const entry = range.get(seq, 1);
      return entry?.seq === seq ? Buffer.from(leafHash(entry.bytes)).toString('hex') : null;
    },
    newestEntry() {
      const row = newest.get();
      if (row === undefined) return null;
      const { ts } = JSON.parse(Buffer.from(row.bytes).toString('utf8')) as { ts: string };
      return { seq: row.seq, ts: readIsoTime(ts) };
    },
  };
}
