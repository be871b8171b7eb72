/** Cards in one place within a minute beyond which one message for many is easier to read. */
const MANY = 20;
/** Whoever asks so little is not the flood, and keeps a card of their own. */
const FEW = 3;
/** Beyond this the place itself is at its limit, whoever asks. */
const TOO_MANY = 50;

/** So many cards of one requester wait for their turn that the last ones would come too late to be of use. */
const WAITING = 40;

/**
 * Whether the next card would drown the others. `all` and `ofRequester` count the last minute's cards,
 * `waiting` those of this requester that are still to come.
 */
export function isFlood({
  all,
  ofRequester,
  waiting,
}: {
  readonly all: number;
  readonly ofRequester: number;
  readonly waiting: number;
}): boolean {
  return all >= TOO_MANY || waiting >= WAITING || (all >= MANY && ofRequester >= FEW);
}
