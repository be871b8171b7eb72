import type { Database } from 'better-sqlite3';
import { TOO_LATE } from '../../bot/core/flood.ts';
import type { Place } from '../../bot/core/place.ts';
import type { RequestId } from '../../bot/core/request.ts';
import type { Post } from '../../bot/ports/notice.ts';
import type { Posts, StoredPosts } from '../../bot/ports/posts.ts';

const POST = 'SELECT place, kind, request, digest, seq, message, at FROM posts';

/** Messages that stand in a place, by the id that the face gave them. */
export function postsIn(db: Database): Posts & StoredPosts {
  const cards = db.prepare<[string, string], Post>(
    `${POST} WHERE request = ? AND place = ? AND kind = 'card' ORDER BY at, message`,
  );
  const thread = db.prepare<[string, string, number], Post>(
    `${POST} WHERE request = ? AND place = ? AND kind = 'thread' ORDER BY seq DESC, message LIMIT ?`,
  );
  const lines = db.prepare<[string, number], Post>(
    `${POST} WHERE request = ? AND kind = 'thread' AND seq = ? ORDER BY place, message`,
  );
  const places = db.prepare<[string, string], { place: Place }>(
    `SELECT place FROM posts WHERE request = ? AND kind = 'card' UNION SELECT place FROM digested WHERE request = ?`,
  );
  const stale = db.prepare<[string, number], Post>(
    `SELECT posts.place, kind, request, digest, seq, message, at FROM posts JOIN requests ON requests.id = posts.request
     WHERE kind = 'card' AND posts.seq < requests.audit_seq AND posts.message > ? ORDER BY posts.message LIMIT ?`,
  );
  const one = db.prepare<[string, string], Post>(`${POST} WHERE place = ? AND message = ?`);
  const within = db.prepare<[string, string, number, number], Post>(
    `${POST} WHERE place = ? AND kind IN (SELECT value FROM json_each(?)) AND at < ? ORDER BY at DESC, message DESC LIMIT ?`,
  );
  const digestOf = db.prepare<[string, string], { digest: string }>(
    'SELECT digest FROM digested WHERE request = ? AND place = ?',
  );
  const members = db.prepare<[string], { request: RequestId }>(
    'SELECT request FROM digested WHERE digest = ? ORDER BY request',
  );
  const newest = db.prepare<[string], { digest: string; since: number; count: number }>(
    `SELECT digest, min(at) AS since, count(*) AS count FROM digested WHERE digest =
     (SELECT max(digest) FROM digested WHERE place = ?) GROUP BY digest`,
  );
  const digests = db.prepare<[string], Post>(`${POST} WHERE digest = ? ORDER BY at, message`);
  const recent = db.prepare<[string, number], { n: number }>(
    "SELECT count(*) AS n FROM posts WHERE place = ? AND kind = 'card' AND at > ?",
  );
  const recentOf = db.prepare<[string, number, string], { n: number }>(
    `SELECT count(*) AS n FROM posts JOIN requests ON requests.id = posts.request
     WHERE place = ? AND kind = 'card' AND at > ? AND requester = ?`,
  );
  const queued = db.prepare<[string, string], { n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM outbox JOIN requests ON requests.id = outbox.request
     WHERE outbox.place = ? AND outbox.kind = 'card' AND outbox.key IS NULL AND requests.requester = ? AND NOT EXISTS
     (SELECT 1 FROM posts WHERE posts.request = outbox.request AND posts.place = outbox.place AND posts.kind = 'card')
     LIMIT ${TOO_LATE})`,
  );
  const add = db.prepare(
    'INSERT OR IGNORE INTO posts (place, message, kind, request, digest, seq, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const showed = db.prepare('UPDATE posts SET seq = ? WHERE place = ? AND message = ?');
  const remove = db.prepare('DELETE FROM posts WHERE place = ? AND message = ?');
  const gather = db.prepare(
    'INSERT OR REPLACE INTO digested (place, request, digest, at) VALUES (?, ?, ?, ?)',
  );
  const forget = db.prepare("DELETE FROM posts WHERE kind IN ('thread','direct') AND at < ?");
  return {
    cards: (place, request) => cards.all(request, place),
    thread: (place, request, most) => thread.all(request, place, most).reverse(),
    linesOf: (request, seq) => lines.all(request, seq),
    staleCards: (most, after) => stale.all(after, most),
    placesOf: (request) => places.all(request, request).map(({ place }) => place),
    post: (place, message) => one.get(place, message) ?? null,
    postsIn: (place, { kinds, before, most }) => within.all(place, JSON.stringify(kinds), before, most),
    digestOf: (place, request) => digestOf.get(request, place)?.digest ?? null,
    digested: (digest) => members.all(digest).map(({ request }) => request),
    newestDigest: (place) => newest.get(place) ?? null,
    digestPosts: (digest) => digests.all(digest),
    countCards: (place, since, requester) => ({
      all: recent.get(place, since)?.n ?? 0,
      ofRequester: () => recentOf.get(place, since, requester)?.n ?? 0,
      waiting: () => queued.get(place, requester)?.n ?? 0,
    }),
    addPost: ({ place, message, kind, request, digest, seq, at }) =>
      void add.run(place, message, kind, request, digest, seq, at),
    showed: (place, message, seq) => void showed.run(seq, place, message),
    removePost: (place, message) => void remove.run(place, message),
    addDigested: (place, request, digest, at) => void gather.run(place, request, digest, at),
    forgetPosts: (before) => void forget.run(before),
  };
}
