/**
 * What is to be run is read lane by lane: of what must not run beside itself only the first matters, however
 * long the line behind it. How much of a lane is at work is looked up among what is at work, not in its past.
 */
export const lanes = `
DROP INDEX requests_run;
CREATE INDEX requests_next ON requests (lane, urgency DESC, run_at, number) WHERE run_at IS NOT NULL;
CREATE INDEX requests_working ON requests (lane) WHERE state = 'executing';
`;
