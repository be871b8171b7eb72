/** Endpoints of events that answered 410: they want nothing more. */
export const goneEndpoints = `
CREATE TABLE gone_endpoints (
  place   TEXT NOT NULL,
  address TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (place, address)
) STRICT, WITHOUT ROWID;
`;
