/**
 * What Keyturn itself has to run: when it may next be taken, and how urgent it is. Null where nothing is
 * to be run. `lane` is what must not run beside itself, `started_at` its last start.
 */
export const runs = `
ALTER TABLE requests ADD COLUMN run_at INTEGER;
ALTER TABLE requests ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN lane TEXT;
ALTER TABLE requests ADD COLUMN started_at INTEGER;
CREATE INDEX requests_run ON requests (urgency DESC, run_at, number) WHERE run_at IS NOT NULL;
CREATE INDEX requests_lane ON requests (lane, started_at) WHERE started_at IS NOT NULL;
`;
