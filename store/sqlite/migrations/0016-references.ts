/** How a face reaches a place or an account, as its vendor said it last. */
export const references = `
CREATE TABLE face_references (
  face         TEXT NOT NULL,
  subject      TEXT NOT NULL,
  service      TEXT NOT NULL,
  conversation TEXT NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (face, subject)
) STRICT, WITHOUT ROWID;
`;
