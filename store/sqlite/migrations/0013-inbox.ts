/** Deliveries from outside that were handled, so that one that comes again changes nothing. */
export const inbox = `
CREATE TABLE inbox (
  source   TEXT NOT NULL,
  delivery TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (source, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_at ON inbox (at);
`;
