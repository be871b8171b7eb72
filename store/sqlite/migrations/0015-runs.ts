/** What Keyturn itself has to run: when it may next be taken, and how urgent it is. Null where nothing is to be run. */
export const runs = `
ALTER TABLE requests ADD COLUMN run_at INTEGER;
ALTER TABLE requests ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
CREATE INDEX requests_run ON requests (urgency DESC, run_at, number) WHERE run_at IS NOT NULL;
`;
