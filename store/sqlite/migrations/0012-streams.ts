/** How far each place that the log is sent on to has come. */
export const streams = `
CREATE TABLE streams (sink TEXT PRIMARY KEY, seq INTEGER NOT NULL, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;
