/** Reviews that are due for a broken glass: one row until somebody has done it. */
export const breakGlass = `
CREATE TABLE post_reviews (
  request INTEGER PRIMARY KEY REFERENCES requests (number),
  person  TEXT NOT NULL,
  due_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX post_reviews_person ON post_reviews (person, due_at);
`;
