import type { Database } from 'better-sqlite3';
import type { KnownSessions, Session, Sessions } from '../../bot/ports/sessions.ts';

const COLUMNS =
  'client, account, issuer, started_by AS startedBy, opened_at AS openedAt, expires_at AS expiresAt';

export function sessionsIn(db: Database): Sessions & KnownSessions {
  const get = db.prepare<[string], Session>(`SELECT ${COLUMNS} FROM sessions WHERE hash = ?`);
  const add = db.prepare(
    'INSERT INTO sessions (hash, client, account, issuer, started_by, opened_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const extend = db.prepare('UPDATE sessions SET expires_at = ? WHERE hash = ?');
  const burned = db.prepare<[string]>('SELECT 1 FROM burned_tokens WHERE token = ?');
  const burn = db.prepare('INSERT INTO burned_tokens (token, until) VALUES (?, ?)');
  const drop = db.prepare('DELETE FROM sessions WHERE expires_at < ?');
  const forget = db.prepare('DELETE FROM burned_tokens WHERE until < ?');
  return {
    session: (hash) => get.get(hash) ?? null,
    isBurned: (token) => burned.get(token) !== undefined,
    openSession: (hash, one) =>
      void add.run(hash, one.client, one.account, one.issuer, one.startedBy, one.openedAt, one.expiresAt),
    extendSession: (hash, expiresAt) => void extend.run(expiresAt, hash),
    burn: (token, until) => void burn.run(token, until),
    dropSessions(before) {
      drop.run(before);
      forget.run(before);
    },
  };
}
