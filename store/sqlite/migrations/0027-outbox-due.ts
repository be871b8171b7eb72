/**
 * What waits for a place is read by when it is due: the messages that a dead endpoint holds for days must
 * not be looked through at every change of something else.
 */
export const outboxDue = `
DROP INDEX outbox_turn;
CREATE INDEX outbox_due ON outbox (place, due_at, turn, id);
`;
