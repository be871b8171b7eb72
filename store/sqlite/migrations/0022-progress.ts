/** Of what waits to be said about one start in one place, only the newest counts. */
export const progress = `
CREATE UNIQUE INDEX outbox_progress ON outbox (place, seq) WHERE kind = 'progress';
`;
