/** Sessions by the hash of their token, and the tokens of forges that were exchanged once. */
export const sessions = `
CREATE TABLE sessions (
  hash       TEXT PRIMARY KEY,
  client     TEXT NOT NULL,
  account    TEXT NOT NULL,
  issuer     TEXT NOT NULL,
  started_by TEXT,
  opened_at  INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE TABLE burned_tokens (
  token TEXT PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX burned_tokens_until ON burned_tokens (until);
`;
