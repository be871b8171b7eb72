/** Cards in one place within a minute beyond which one message for many is easier to read. */
const MANY = 20;
/** Whoever asks so little is not the flood, and keeps a card of their own. */
const FEW = 3;
/** Beyond this the place itself is at its limit, whoever asks. */
const TOO_MANY = 50;

/** So many cards of one requester wait for their turn that the last ones would come too late to be of use. */
export const TOO_LATE = 40;

/** Counted only as far as it is asked: a flood is asked about at each of its cards. */
export interface CardCounts {
  /** The last minute's cards. */
  readonly all: number;
  /** Those of this requester. */
  readonly ofRequester: () => number;
  /** Cards of this requester that are still to come, up to `TOO_LATE`. */
  readonly waiting: () => number;
}

/** Whether the next card would drown the others. */
export function isFlood({ all, ofRequester, waiting }: CardCounts): boolean {
  return all >= TOO_MANY || (all >= MANY && ofRequester() >= FEW) || waiting() >= TOO_LATE;
}
