/** The outbox of every kind of message, and where each message stands that can be edited. */
export const outbox = `
CREATE TABLE outbox_2 (
  id       INTEGER PRIMARY KEY,
  kind     TEXT NOT NULL,
  place    TEXT NOT NULL,
  request  TEXT,
  -- The person of a direct message, or the digest.
  about    TEXT,
  seq      INTEGER,
  body     TEXT,
  -- Not before this. Zero is at once.
  due_at   INTEGER NOT NULL,
  -- 0 goes before 1.
  turn     INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Set before the first try of a message that must not be posted twice.
  key      TEXT,
  -- Counts the newer notices that this one stands for as well.
  version  INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO outbox_2 (id, kind, place, request, seq, due_at, turn) SELECT id, 'change', place, request, seq, 0, 1 FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_2 RENAME TO outbox;
CREATE INDEX outbox_turn ON outbox (place, turn, id);
CREATE INDEX outbox_order ON outbox (place, request, id) WHERE request IS NOT NULL;
CREATE UNIQUE INDEX outbox_card ON outbox (place, request) WHERE kind = 'card';
CREATE UNIQUE INDEX outbox_digest ON outbox (place, about) WHERE kind = 'digest';

CREATE TABLE posts (
  place   TEXT NOT NULL,
  message TEXT NOT NULL,
  kind    TEXT NOT NULL,
  request TEXT,
  digest  TEXT,
  seq     INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (place, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX posts_request ON posts (request, place, kind) WHERE request IS NOT NULL;
CREATE INDEX posts_digest ON posts (digest) WHERE digest IS NOT NULL;
CREATE INDEX posts_recent ON posts (place, kind, at);
CREATE INDEX posts_passing ON posts (at) WHERE kind IN ('thread', 'direct');

-- Which requests a digest stands for, instead of a card each.
CREATE TABLE digested (
  place   TEXT NOT NULL,
  request TEXT NOT NULL,
  digest  TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (request, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX digested_digest ON digested (digest);
CREATE INDEX digested_place ON digested (place, digest);
`;
