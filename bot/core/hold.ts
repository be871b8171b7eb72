/**
 * How whoever asks is held. `poll`: it looks again by itself. `wait`: it blocks on the answer, and
 * takes its request along when it goes. `ticket`: it is turned away, and comes back with the same action.
 */
export const HOLDS = ['poll', 'wait', 'ticket'] as const;
export type Hold = (typeof HOLDS)[number];
