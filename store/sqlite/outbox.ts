import type { Database } from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';
import type { Place } from '../../bot/core/place.ts';
import type { Instant, PersonId, RequestId } from '../../bot/core/request.ts';
import type { Notice, WaitingNotice } from '../../bot/ports/notice.ts';
import type { Outbox, WaitingMessages } from '../../bot/ports/outbox.ts';
import { inTurns, type Sendable } from './turns.ts';

interface Row {
  readonly id: number;
  readonly kind: Notice['kind'];
  readonly place: Place;
  readonly request: RequestId | null;
  readonly about: string | null;
  readonly seq: number | null;
  readonly body: string | null;
  readonly attempts: number;
  readonly key: string | null;
  readonly version: number;
}

/** So that one look at a place that was down for a day stays a look. */
const MOST_LOOKED_AT = 3_000;

const COLUMNS = 'id, kind, place, request, about, seq, body, attempts, key, version';

/** Messages that must go out, written with the change they tell of. One that went out is deleted. */
export function outboxIn(db: Database): Outbox & WaitingMessages {
  const insert = `INSERT INTO outbox (kind, place, request, about, seq, body, due_at, turn) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
  const newer = 'DO UPDATE SET seq = excluded.seq, turn = min(turn, excluded.turn), version = version + 1';
  const add = db.prepare(insert);
  const addCard = db.prepare(`${insert} ON CONFLICT (place, request) WHERE kind = 'card' ${newer}`);
  const addProgress = db.prepare(`${insert} ON CONFLICT (place, seq) WHERE kind = 'progress' ${newer}`);
  const addDigest = db.prepare(`${insert} ON CONFLICT (place, about) WHERE kind = 'digest' ${newer}`);
  const claim = db.prepare('UPDATE outbox SET key = ? WHERE id = ? AND key IS NULL');
  const remove = db.prepare('DELETE FROM outbox WHERE id = ? AND version = ?');
  // It is another message from here on: it went out under the old key, and the next try is no repeat of that.
  const renew = db.prepare('UPDATE outbox SET key = NULL, attempts = 0, due_at = 0 WHERE id = ?');
  const again = db.prepare('UPDATE outbox SET attempts = attempts + 1, due_at = ? WHERE id = ?');
  const oldest = db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM outbox ORDER BY id LIMIT ?`);
  const nextPlace = db.prepare<[string], { place: Place | null }>(
    'SELECT min(place) AS place FROM outbox WHERE place > ?',
  );
  // What was never tried and what is due again are read apart, so that what is not due is not read at all.
  const looked = <Bound extends unknown[]>(some: string) =>
    db.prepare<Bound, Sendable>(
      `SELECT one.id, one.turn, requests.requester FROM (${some} LIMIT ${MOST_LOOKED_AT}) AS one
       LEFT JOIN requests ON requests.id = one.request AND one.kind IN ('card', 'thread')
       WHERE NOT EXISTS (
         SELECT 1 FROM outbox AS earlier WHERE earlier.place = one.place AND earlier.request = one.request
         AND earlier.id < one.id AND earlier.attempts > 0 AND earlier.due_at > ? AND earlier.kind <> 'progress')`,
    );
  const untried = looked<[Place, Instant]>(
    'SELECT * FROM outbox WHERE place = ? AND due_at = 0 ORDER BY turn, id',
  );
  const dueAgain = looked<[Place, Instant, Instant]>(
    'SELECT * FROM outbox WHERE place = ? AND due_at > 0 AND due_at <= ? ORDER BY due_at',
  );
  const whole = db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM outbox WHERE id = ?`);
  const merging = new Map<Notice['kind'], typeof add>([
    ['card', addCard],
    ['digest', addDigest],
    ['progress', addProgress],
  ]);
  const statementFor = (kind: Notice['kind']) => merging.get(kind) ?? add;
  const hurry = db.prepare(
    "UPDATE outbox SET turn = 0 WHERE place = ? AND request = ? AND kind <> 'progress'",
  );
  return {
    notify(notice, { dueAt = 0, urgent = false } = {}) {
      const { kind, place } = notice;
      const request = 'request' in notice ? notice.request : null;
      const seq = 'seq' in notice ? notice.seq : null;
      const about = kind === 'direct' ? notice.person : kind === 'digest' ? notice.digest : null;
      const body = kind === 'text' ? notice.body : null;
      // What is only looked at in passing goes after all that somebody waits for.
      const turn = kind === 'progress' ? 2 : urgent ? 0 : 1;
      statementFor(kind).run(kind, place, request, about, seq, body, dueAt, turn);
      // What came before it about the same request has to go before it still.
      if (urgent && request !== null) hurry.run(place, request);
    },
    claim: (id, key) => void claim.run(key, id),
    crossOut(delivered) {
      for (const { id, version } of delivered) {
        if (remove.run(id, version).changes === 0) renew.run(id);
      }
    },
    tryAgain: (id, dueAt) => void again.run(dueAt, id),
    notices: (most) => oldest.all(most).map(toWaiting),
    waitingPlaces() {
      const places: Place[] = [];
      for (let last = ''; ; ) {
        const place = nextPlace.get(last)?.place ?? null;
        if (place === null) return places;
        places.push(place);
        last = place;
      }
    },
    sendable(place, at, most) {
      const waiting = [...untried.all(place, at), ...dueAgain.all(place, at, at)];
      return inTurns(waiting, most).map(({ id }) => {
        const row = whole.get(id);
        if (row === undefined) throw new KeyturnFault('IMPOSSIBLE', `message ${id} is not in the outbox`);
        return toWaiting(row);
      });
    },
  };
}

function toWaiting(row: Row): WaitingNotice {
  const { id, attempts, key, version } = row;
  return { id, attempts, key, version, notice: toNotice(row) };
}

function toNotice({ kind, place, request, about, seq, body }: Row): Notice {
  switch (kind) {
    case 'change':
    case 'card':
    case 'thread':
    case 'progress':
      return { kind, place, request: request as RequestId, seq: Number(seq) };
    case 'direct':
      return { kind, place, request: request as RequestId, person: about as PersonId, seq: Number(seq) };
    case 'digest':
      return { kind, place, digest: String(about) };
    case 'text':
      return { kind, place, seq, body: String(body) };
  }
}
