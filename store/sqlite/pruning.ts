import type { Database } from 'better-sqlite3';
import { readIsoTime } from '../../bot/core/instant.ts';
import type { Instant, PersonId } from '../../bot/core/request.ts';
import type { Link, Pruning, StoredPast } from '../../bot/ports/pruning.ts';
import { leafHash } from '../audit/entry.ts';

/** Leaf hashes are kept for so many entries in a row. */
const TILE = 256;

interface Linked {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly value: string | null;
}

/** What stands at the beginning of the log here, and how it gets shorter there. */
export function pruningIn(db: Database): StoredPast & Pruning {
  const first = db.prepare<[], number>('SELECT before FROM pruned').pluck();
  const bytesOf = db.prepare<[number], Uint8Array>('SELECT bytes FROM entries WHERE seq = ?').pluck();
  const last = db.prepare<[], number | null>('SELECT max(seq) FROM entries').pluck();
  const openFrom = db
    .prepare<[], number | null>(
      `SELECT min((SELECT min(seq) FROM entries WHERE request = number)) FROM requests
       WHERE state IN ('pending','flagged','approved','executing','unknown')`,
    )
    .pluck();
  const frozenFrom = db
    .prepare<[], number | null>(
      `SELECT min(seq) FROM entries WHERE type = 'requester.frozen'
         AND json_extract(CAST(bytes AS TEXT), '$.data.requester') IN (SELECT requester FROM freezes)`,
    )
    .pluck();
  const tiles = db.prepare<[], number>('SELECT count(*) FROM leaves').pluck();
  const linked = db.prepare<[number], Linked>(
    `SELECT seq, bytes, (SELECT value FROM disclosures d WHERE d.seq = e.seq AND field = 'key') AS value
     FROM entries e WHERE type = 'identity.linked' AND seq < ?
       -- With links, it is an account that came to a person whom an earlier one names.
       AND json_extract(CAST(bytes AS TEXT), '$.data.links') IS NULL ORDER BY seq`,
  );
  const known = db.prepare<[string], number>('SELECT 1 FROM people WHERE person = ?').pluck();
  const born = db
    .prepare<[number, number], number>(
      "SELECT count(*) FROM entries WHERE seq >= ? AND seq < ? AND type = 'request.submitted'",
    )
    .pluck();
  const begin = db.prepare(
    'INSERT INTO pruned (one, before, prev, requests, archive) VALUES (1, ?, ?, ?, ?)',
  );
  const goOn = db.prepare('UPDATE pruned SET before = ?, prev = ?, requests = requests + ?, archive = ?');
  const dropTexts = db.prepare(
    'DELETE FROM disclosures WHERE seq IN (SELECT seq FROM entries WHERE seq < ? ORDER BY seq LIMIT ?)',
  );
  const drop = db.prepare(
    'DELETE FROM entries WHERE seq IN (SELECT seq FROM entries WHERE seq < ? ORDER BY seq LIMIT ?)',
  );

  const firstSeq = () => first.get() ?? 0;
  const timeOf = (seq: number): Instant => {
    const bytes = bytesOf.get(seq);
    return bytes === undefined
      ? Number.NEGATIVE_INFINITY
      : readIsoTime((JSON.parse(Buffer.from(bytes).toString('utf8')) as { ts: string }).ts);
  };

  return {
    firstSeq,
    pruneBoundary(cutoff) {
      // Times never go back along the log, so the first one that is not old is found by halving.
      let [low, high] = [firstSeq(), last.get() ?? 0];
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (timeOf(middle) < cutoff) low = middle + 1;
        else high = middle;
      }
      const limits = [low, openFrom.get() ?? low, frozenFrom.get() ?? low, (tiles.get() ?? 0) * TILE];
      return Math.max(firstSeq(), Math.floor(Math.min(...limits) / TILE) * TILE);
    },
    linksBefore(seq) {
      const links = new Map<string, Link>();
      for (const { bytes, value } of linked.all(seq)) {
        const { data } = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
          readonly data: { readonly person: PersonId; readonly accounts: number };
        };
        if (value === null || known.get(data.person) === undefined) links.delete(data.person);
        else links.set(data.person, { ...data, key: String(JSON.parse(value)) });
      }
      return [...links.values()];
    },
    setPruned(before, archive) {
      const prev = leafHash(bytesOf.get(before - 1) ?? new Uint8Array());
      const requests = born.get(firstSeq(), before) ?? 0;
      if (first.get() === undefined) begin.run(before, prev, requests, archive);
      else goOn.run(before, prev, requests, archive);
    },
    dropPruned(most) {
      const before = firstSeq();
      dropTexts.run(before, most);
      return drop.run(before, most).changes;
    },
  };
}
