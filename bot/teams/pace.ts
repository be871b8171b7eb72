/**
 * How often one conversation may be written to: Microsoft's figures for a bot and a thread (7 in a
 * second, 60 in 30 s, 1,800 in an hour), and a little less. We wait before Teams would refuse.
 */
interface Bucket {
  readonly burst: number;
  readonly everyMs: number;
}

const BUCKETS: readonly Bucket[] = [
  { burst: 5, everyMs: 550 },
  { burst: 150, everyMs: 2_300 },
];
const MOST_REMEMBERED = 5_000;

export interface Pace {
  /** Null when it may be written to now, and then that is counted; else how long to wait. */
  take(conversation: string): number | null;
  /** Teams asked for time itself. */
  hold(conversation: string, ms: number): void;
}

interface Kept {
  left: number[];
  at: number;
  heldUntil: number;
}

export function createPace(now: () => number): Pace {
  const kept = new Map<string, Kept>();

  const look = (conversation: string): Kept => {
    const at = now();
    const known = kept.get(conversation);
    if (known === undefined) {
      if (kept.size >= MOST_REMEMBERED) forgetFull(at);
      const fresh = { left: BUCKETS.map(({ burst }) => burst), at, heldUntil: 0 };
      kept.set(conversation, fresh);
      return fresh;
    }
    known.left = BUCKETS.map(({ burst, everyMs }, index) =>
      Math.min(burst, (known.left[index] ?? 0) + (at - known.at) / everyMs),
    );
    known.at = at;
    return known;
  };
  /** Who was not written to for an hour starts anew anyway. */
  const forgetFull = (at: number) => {
    for (const [conversation, one] of kept) if (at - one.at > 3_600_000) kept.delete(conversation);
  };
  return {
    take(conversation) {
      const one = look(conversation);
      const waits = BUCKETS.map(({ everyMs }, index) => {
        const left = one.left[index] ?? 0;
        return left >= 1 ? 0 : Math.ceil((1 - left) * everyMs);
      });
      const wait = Math.max(...waits, one.heldUntil - one.at);
      if (wait > 0) return wait;
      one.left = one.left.map((left) => left - 1);
      return null;
    },
    hold(conversation, ms) {
      look(conversation).heldUntil = now() + ms;
    },
  };
}
