/** Which payloads are still there of requests that are over, and how one goes: once, whole, and on record. */
export const payloadRetention = `
CREATE TABLE kept_payloads (
  number   INTEGER PRIMARY KEY REFERENCES requests (number),
  ended_at INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_payloads_ended ON kept_payloads (ended_at, number);
INSERT INTO kept_payloads (number, ended_at)
  SELECT number, coalesce(body ->> '$.execution.outcome.at', body ->> '$.resolvedAt', created_at)
  FROM requests
  WHERE state IN ('succeeded','failed','rejected','denied','expired','cancelled','lapsed','revoked');

ALTER TABLE actions ADD COLUMN erased_seq INTEGER;
CREATE INDEX actions_erased ON actions (number) WHERE erased_seq IS NOT NULL;
DROP TRIGGER actions_no_update;
CREATE TRIGGER actions_no_update BEFORE UPDATE OF text, erased_seq ON actions
  WHEN NOT (
    OLD.erased_seq IS NULL AND NEW.text = ''
    AND EXISTS (SELECT 1 FROM entries WHERE seq = NEW.erased_seq AND type = 'payload.erased' AND request = OLD.number)
    AND EXISTS (SELECT 1 FROM requests WHERE number = OLD.number AND state IN
      ('succeeded','failed','rejected','denied','expired','cancelled','lapsed','revoked'))
  )
  BEGIN SELECT RAISE(ABORT, 'an action never changes, and goes only when it is over'); END;
`;
