/** The first schema. A migration is never edited once released: a change is a new one. */
export const first = `
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- The log. Bytes are kept as they were hashed. The triggers are seat belts; the chain is the evidence.
CREATE TABLE entries (
  seq     INTEGER PRIMARY KEY,
  prev    BLOB NOT NULL CHECK (length(prev) = 32),
  type    TEXT NOT NULL,
  request INTEGER,
  bytes   BLOB NOT NULL CHECK (length(bytes) <= 65535)
) STRICT;
CREATE INDEX entries_request ON entries (request, seq) WHERE request IS NOT NULL;
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
-- These two also meet INSERT OR REPLACE: no seq but the next one, and not after the same entry as the last one.
CREATE TRIGGER entries_contiguous BEFORE INSERT ON entries
  WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM entries)
  BEGIN SELECT RAISE(ABORT, 'the log has no gaps'); END;
CREATE TRIGGER entries_no_fork BEFORE INSERT ON entries
  WHEN NEW.prev = (SELECT prev FROM entries WHERE seq = NEW.seq - 1)
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE TABLE disclosures (
  seq   INTEGER NOT NULL REFERENCES entries (seq),
  field TEXT NOT NULL,
  salt  BLOB NOT NULL CHECK (length(salt) = 32),
  value TEXT NOT NULL,
  PRIMARY KEY (seq, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
  number     INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  state      TEXT NOT NULL,
  requester  TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at     INTEGER,
  -- Set while everybody who asked blocks on the answer.
  waits      INTEGER,
  -- Equal for the same action asked again, which joins the one that is pending.
  twin       TEXT NOT NULL,
  audit_seq  INTEGER NOT NULL,
  body       TEXT NOT NULL
) STRICT;
CREATE INDEX requests_waits ON requests (number) WHERE waits IS NOT NULL;
CREATE INDEX requests_due ON requests (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX requests_state ON requests (state, number);
CREATE INDEX requests_requester ON requests (requester, number);
CREATE INDEX requests_open ON requests (requester) WHERE state IN ('pending','flagged','approved');
CREATE INDEX requests_twin ON requests (twin, number) WHERE state = 'pending';
CREATE TRIGGER requests_never_leave BEFORE DELETE ON requests BEGIN SELECT RAISE(ABORT, 'requests are kept'); END;
CREATE TRIGGER requests_terminal BEFORE UPDATE OF state ON requests
  WHEN OLD.state IN ('succeeded','failed','rejected','denied','expired','cancelled','lapsed','revoked')
    AND NEW.state <> OLD.state
  BEGIN SELECT RAISE(ABORT, 'a terminal state is final'); END;

-- The exact action of a request, and what else is known of it from the start. Kept apart from the rows
-- above, which change often: a change then writes a few hundred bytes and not a few thousand.
CREATE TABLE actions (number INTEGER PRIMARY KEY REFERENCES requests (number), text TEXT NOT NULL, asked TEXT NOT NULL) STRICT;
CREATE TRIGGER actions_no_delete BEFORE DELETE ON actions BEGIN SELECT RAISE(ABORT, 'an action is kept'); END;
CREATE TRIGGER actions_no_update BEFORE UPDATE OF text ON actions BEGIN SELECT RAISE(ABORT, 'an action never changes'); END;

CREATE TABLE outbox (id INTEGER PRIMARY KEY, request TEXT NOT NULL, place TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;

CREATE TABLE submissions (
  requester   TEXT NOT NULL,
  key         TEXT NOT NULL,
  request     TEXT NOT NULL,
  body_digest TEXT NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (requester, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX submissions_at ON submissions (at);

CREATE TABLE consumes (request TEXT PRIMARY KEY, key TEXT NOT NULL, answer TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX consumes_at ON consumes (at);

CREATE TABLE freezes (requester TEXT PRIMARY KEY, at INTEGER NOT NULL, exclusions TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE people (key TEXT PRIMARY KEY, person TEXT NOT NULL UNIQUE) STRICT, WITHOUT ROWID;
`;
