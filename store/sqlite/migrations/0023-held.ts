/** What outside systems hold until a request is decided. The secrets in `sealed` do not open without the key directory. */
export const held = `
CREATE TABLE held (
  connector TEXT NOT NULL,
  subject   TEXT NOT NULL,
  request   TEXT NOT NULL,
  account   TEXT NOT NULL,
  ref       TEXT NOT NULL,
  sealed    BLOB,
  status    TEXT NOT NULL CHECK (status IN ('held', 'ticket', 'taken', 'released', 'over')),
  at        INTEGER NOT NULL,
  PRIMARY KEY (connector, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_request ON held (request, at);
CREATE INDEX held_waiting ON held (connector, at) WHERE status = 'held';
CREATE INDEX held_over ON held (at) WHERE status = 'over';
`;
