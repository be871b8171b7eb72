/** Cards in one place within a minute beyond which one message for many is easier to read. */
const MANY = 20;
/** Whoever asks so little is not the flood, and keeps a card of their own. */
const FEW = 3;
/** Beyond this the place itself is at its limit, whoever asks. */
const TOO_MANY = 50;

/** Whether the next card would drown the others. `all` and `ofRequester` count the last minute's cards. */
export function isFlood({
  all,
  ofRequester,
}: {
  readonly all: number;
  readonly ofRequester: number;
}): boolean {
  return all >= TOO_MANY || (all >= MANY && ofRequester >= FEW);
}
