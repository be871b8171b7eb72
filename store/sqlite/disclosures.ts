import type { Database } from 'better-sqlite3';
import type { Disclosure, Disclosures, Erasing } from '../../bot/ports/disclosures.ts';
import { UNPURGED } from './purge.ts';
import { requestRows } from './request-rows.ts';

export function disclosuresIn(db: Database): Disclosures & Erasing {
  const get = db.prepare<[number, string], Disclosure>(
    'SELECT salt, value FROM disclosures WHERE seq = ? AND field = ?',
  );
  const erase = db.prepare('DELETE FROM disclosures WHERE seq = ? AND field = ?');
  const rewriteBody = db.prepare('UPDATE requests SET body = ? WHERE number = ?');
  const rewriteAsked = db.prepare('UPDATE actions SET asked = ? WHERE number = ?');
  const forget = db.prepare('DELETE FROM people WHERE person = ?');
  const mark = db.prepare(
    `INSERT INTO facts (name, value) VALUES ('${UNPURGED}', '1') ON CONFLICT DO UPDATE SET value = value + 1`,
  );
  const { toAsked, toLife } = requestRows();
  return {
    disclosure: (seq, field) => get.get(seq, field) ?? null,
    eraseDisclosure(seq, field) {
      erase.run(seq, field);
      mark.run();
    },
    rewrite(request) {
      rewriteBody.run(toLife(request), request.number);
      rewriteAsked.run(toAsked(request), request.number);
      mark.run();
    },
    forgetPerson(person) {
      forget.run(person);
      mark.run();
    },
  };
}
