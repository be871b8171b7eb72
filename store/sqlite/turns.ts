/** A message that may go now. `requester` is null for what is not about one request of somebody's. */
export interface Sendable {
  readonly id: number;
  /** 0 goes before 1, and 1 before 2, whoever asked. */
  readonly turn: number;
  readonly requester: string | null;
}

/**
 * Within a turn each requester's first message, then each one's second, and so on, older ones first: a
 * flood holds up itself only. Not a window function of SQL: that takes a tenth of a millisecond also for
 * no rows at all, and this is asked after every commit.
 */
export function inTurns(waiting: readonly Sendable[], most: number): readonly Sendable[] {
  const counts = new Map<number, Map<string | null, number>>();
  const counted = [...waiting]
    .sort((one, other) => one.id - other.id)
    .map((message) => ({ message, nth: countUp(counts, message) }));
  counted.sort(
    (one, other) =>
      one.message.turn - other.message.turn || one.nth - other.nth || one.message.id - other.message.id,
  );
  return counted.slice(0, most).map(({ message }) => message);
}

function countUp(counts: Map<number, Map<string | null, number>>, { turn, requester }: Sendable): number {
  const ofTurn = counts.get(turn) ?? new Map<string | null, number>();
  counts.set(turn, ofTurn);
  const nth = (ofTurn.get(requester) ?? 0) + 1;
  ofTurn.set(requester, nth);
  return nth;
}
