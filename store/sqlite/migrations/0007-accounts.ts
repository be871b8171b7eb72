/** Accounts that people tied to themselves with a one-time code. Those of the policy file stand there. */
export const accounts = `
CREATE TABLE accounts (account TEXT PRIMARY KEY, person TEXT NOT NULL, linked_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX accounts_person ON accounts (person);

-- One code a person, by its digest alone.
CREATE TABLE link_codes (
  person     TEXT PRIMARY KEY,
  digest     TEXT NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
