/** Entries whose time is over may go, once they are in an archive. Nothing else may, and their hashes stay. */
export const pruned = `
-- One row, once something went: entries below \`before\` are in the archive of that digest.
CREATE TABLE pruned (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  before   INTEGER NOT NULL,
  prev     BLOB NOT NULL CHECK (length(prev) = 32),
  requests INTEGER NOT NULL,
  archive  TEXT NOT NULL
) STRICT;
CREATE TRIGGER pruned_stays BEFORE DELETE ON pruned BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER pruned_once BEFORE INSERT ON pruned
  WHEN EXISTS (SELECT 1 FROM pruned) BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER pruned_grows BEFORE UPDATE ON pruned
  WHEN NEW.before <= OLD.before BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
-- Whole tiles only, since their leaf hashes are kept; and never the newest entry.
CREATE TRIGGER pruned_keeps_hashes BEFORE INSERT ON pruned
  WHEN NEW.before % 256 <> 0 OR NEW.before / 256 > (SELECT count(*) FROM leaves)
    OR NEW.before > (SELECT coalesce(max(seq), -1) FROM entries)
  BEGIN SELECT RAISE(ABORT, 'their hashes are not kept'); END;
CREATE TRIGGER pruned_keeps_more_hashes BEFORE UPDATE ON pruned
  WHEN NEW.before % 256 <> 0 OR NEW.before / 256 > (SELECT count(*) FROM leaves)
    OR NEW.before > (SELECT coalesce(max(seq), -1) FROM entries)
  BEGIN SELECT RAISE(ABORT, 'their hashes are not kept'); END;

DROP TRIGGER entries_no_delete;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
  WHEN OLD.seq >= coalesce((SELECT before FROM pruned), 0)
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER leaves_stay BEFORE DELETE ON leaves BEGIN SELECT RAISE(ABORT, 'leaf hashes are kept'); END;
CREATE TRIGGER leaves_never_change BEFORE UPDATE ON leaves BEGIN SELECT RAISE(ABORT, 'leaf hashes are kept'); END;
`;
