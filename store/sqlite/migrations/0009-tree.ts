/** The Merkle tree over the entries, and what was signed of it. */
export const tree = `
-- The leaf hashes of 256 entries in a row. They outlive their entries, so that an old checkpoint can
-- still be proven to be the beginning of a new one.
CREATE TABLE leaves (tile INTEGER PRIMARY KEY, hashes BLOB NOT NULL CHECK (length(hashes) = 8192)) STRICT;

-- Complete subtrees of 2^8, 2^16, 2^24, … leaves. The levels between are computed when they are asked for.
CREATE TABLE nodes (
  level INTEGER NOT NULL,
  idx   INTEGER NOT NULL,
  hash  BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  size INTEGER PRIMARY KEY,
  root BLOB NOT NULL CHECK (length(root) = 32),
  note TEXT NOT NULL,
  at   INTEGER NOT NULL
) STRICT;
-- Who signs from which entry on. The log says it too, and is what counts.
CREATE TABLE checkpoint_keys (since INTEGER PRIMARY KEY, key TEXT NOT NULL) STRICT;
CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'what is signed is signed'); END;
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'what is signed is signed'); END;
`;
