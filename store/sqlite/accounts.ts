import type { Database } from 'better-sqlite3';
import type { Account } from '../../bot/core/identity.ts';
import type { PersonId } from '../../bot/core/request.ts';
import type { LinkedAccounts, StoredAccounts } from '../../bot/ports/accounts.ts';

export function accountsIn(db: Database): LinkedAccounts & StoredAccounts {
  const get = db.prepare<[string], { person: PersonId }>('SELECT person FROM accounts WHERE account = ?');
  const of = db.prepare<[string], { account: Account }>(
    'SELECT account FROM accounts WHERE person = ? ORDER BY linked_at, account',
  );
  const all = db.prepare<[], { account: Account; person: PersonId }>(
    'SELECT account, person FROM accounts ORDER BY account',
  );
  const add = db.prepare('INSERT INTO accounts (account, person, linked_at) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM accounts WHERE account = ?');
  const putCode = db.prepare(
    'INSERT OR REPLACE INTO link_codes (person, digest, expires_at) VALUES (?, ?, ?)',
  );
  const code = db.prepare<[string], { person: PersonId; expiresAt: number }>(
    'SELECT person, expires_at AS expiresAt FROM link_codes WHERE digest = ?',
  );
  const dropCode = db.prepare('DELETE FROM link_codes WHERE digest = ?');
  const dropCodes = db.prepare('DELETE FROM link_codes WHERE expires_at <= ?');
  return {
    linkedTo: (account) => get.get(account)?.person ?? null,
    linksOf: (person) => of.all(person).map(({ account }) => account),
    links: () => all.all(),
    link: (account, person, at) => void add.run(account, person, at),
    unlink: (account) => void remove.run(account),
    putLinkCode: (person, digest, expiresAt) => void putCode.run(person, digest, expiresAt),
    linkCode: (digest) => code.get(digest) ?? null,
    dropLinkCode: (digest) => void dropCode.run(digest),
    dropLinkCodes: (before) => void dropCodes.run(before),
  };
}
