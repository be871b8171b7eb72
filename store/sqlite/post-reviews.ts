import type { Database } from 'better-sqlite3';
import type { ActionRequest } from '../../bot/core/request.ts';
import type { Reading } from '../../bot/ports/store.ts';

interface PostReviews extends Pick<Reading, 'hasOverdueReview'> {
  /** Makes the rows say what the request says. */
  keep(request: ActionRequest): void;
}

/** Who broke a glass that nobody has reviewed yet. Kept apart, since it outlives the request's own life. */
export function postReviewsIn(db: Database): PostReviews {
  const add = db.prepare('INSERT OR REPLACE INTO post_reviews (request, person, due_at) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM post_reviews WHERE request = ?');
  const overdue = db.prepare<[string, number], { request: number }>(
    'SELECT request FROM post_reviews WHERE person = ? AND due_at <= ? LIMIT 1',
  );
  return {
    keep({ number, brokenGlass }) {
      if (brokenGlass !== null && brokenGlass.review === null)
        add.run(number, brokenGlass.person, brokenGlass.dueAt);
      else remove.run(number);
    },
    hasOverdueReview: (person, at) => overdue.get(person, at) !== undefined,
  };
}
