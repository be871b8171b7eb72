/** What its source was told no for now had a state of its own, which nothing needs. */
export const ticketsAreOver = `
UPDATE held SET status = 'over', sealed = NULL WHERE status = 'ticket';
`;
