import type { Database } from 'better-sqlite3';
import type { Digest } from '../../bot/core/digest.ts';
import type { ClientId, PersonId } from '../../bot/core/request.ts';
import type { Freeze, Reading, StoredConsume, StoredSubmission, Transaction } from '../../bot/ports/store.ts';

/** Answers that a caller may ask for again within a bounded time. */
export function repeatsIn(
  db: Database,
): Pick<Transaction, 'submission' | 'rememberSubmission' | 'consumed' | 'rememberConsume' | 'forgetBefore'> {
  const submission = db.prepare<[string, string], StoredSubmission>(
    'SELECT request, body_digest AS bodyDigest, at FROM submissions WHERE requester = ? AND key = ?',
  );
  const addSubmission = db.prepare(
    'INSERT OR REPLACE INTO submissions (requester, key, request, body_digest, at) VALUES (?, ?, ?, ?, ?)',
  );
  const dropSubmissions = db.prepare('DELETE FROM submissions WHERE at < ?');
  const consume = db.prepare<[string], StoredConsume>(
    'SELECT key, answer, at FROM consumes WHERE request = ?',
  );
  const addConsume = db.prepare('INSERT INTO consumes (request, key, answer, at) VALUES (?, ?, ?, ?)');
  const dropConsumes = db.prepare('DELETE FROM consumes WHERE at < ?');
  return {
    submission: (requester, key) => submission.get(requester, key) ?? null,
    rememberSubmission: (requester, key, { request, bodyDigest, at }) =>
      void addSubmission.run(requester, key, request, bodyDigest, at),
    consumed: (request) => consume.get(request) ?? null,
    rememberConsume: (request, { key, answer, at }) => void addConsume.run(request, key, answer, at),
    forgetBefore(submissions, consumes) {
      dropSubmissions.run(submissions);
      dropConsumes.run(consumes);
    },
  };
}

export function freezesIn(
  db: Database,
): Pick<Transaction, 'freeze' | 'unfreeze' | 'frozen' | 'frozenRequesters'> {
  const get = db.prepare<[string], { at: number; exclusions: string }>(
    'SELECT at, exclusions FROM freezes WHERE requester = ?',
  );
  const all = db.prepare<[number], { requester: ClientId | PersonId; at: number }>(
    'SELECT requester, at FROM freezes ORDER BY at, requester LIMIT ?',
  );
  const put = db.prepare('INSERT OR REPLACE INTO freezes (requester, at, exclusions) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM freezes WHERE requester = ?');
  return {
    frozen(requester) {
      const row = get.get(requester);
      return row === undefined ? null : { at: row.at, exclusions: JSON.parse(row.exclusions) as PersonId[] };
    },
    frozenRequesters: (most) => all.all(most),
    freeze: (requester, { at, exclusions }: Freeze) =>
      void put.run(requester, at, JSON.stringify(exclusions)),
    unfreeze: (requester) => void remove.run(requester),
  };
}

/** Which person stands behind which key of the config, and which policy the tables were last judged by. */
export function identitiesIn(
  db: Database,
): Pick<Transaction, 'addPerson' | 'setPolicyInForce' | 'setPolicyMet'> &
  Pick<Reading, 'personOf' | 'keyOf' | 'policyInForce' | 'policyText' | 'policyMet'> {
  const byKey = db.prepare<[string], { person: PersonId }>('SELECT person FROM people WHERE key = ?');
  const byPerson = db.prepare<[string], { key: string }>('SELECT key FROM people WHERE person = ?');
  const add = db.prepare('INSERT INTO people (key, person) VALUES (?, ?)');
  const fact = db.prepare<[string], { value: string }>('SELECT value FROM facts WHERE name = ?');
  const setFact = db.prepare('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)');
  const dropFact = db.prepare('DELETE FROM facts WHERE name = ?');
  return {
    personOf: (key) => byKey.get(key)?.person ?? null,
    keyOf: (person) => byPerson.get(person)?.key ?? null,
    addPerson: (key, person) => void add.run(key, person),
    policyInForce: () => (fact.get('policy')?.value ?? null) as Digest | null,
    policyText: () => fact.get('policy_text')?.value ?? null,
    policyMet: () => (fact.get('policy_met')?.value ?? null) as Digest | null,
    setPolicyInForce(version, text) {
      setFact.run('policy', version);
      setFact.run('policy_text', text);
      // Also one that was met before: what was asked since has only met the one between.
      dropFact.run('policy_met');
    },
    setPolicyMet: (version) => void setFact.run('policy_met', version),
  };
}
