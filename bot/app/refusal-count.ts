const MINUTE_MS = 60_000;
const MOST_SOURCES = 10_000;

/** Which refusals get an entry of their own, so that nobody can fill the disk with noes. */
export interface RefusalCount {
  /**
   * Counts one more refusal of `source`, of whom `most` are told in so long a time, a minute where it is
   * not said.
   * @returns how many its entry stands for, with those not told before it; null: no entry now.
   */
  of(source: string, most: number, withinMs?: number): number | null;
}

export function createRefusalCount(steady: () => number): RefusalCount {
  const counts = new Map<string, { since: number; told: number; untold: number }>();
  return {
    of(source, most, withinMs = MINUTE_MS) {
      const at = steady();
      if (counts.size > MOST_SOURCES)
        for (const [old, { since }] of counts) if (at - since > MINUTE_MS) counts.delete(old);
      const known = counts.get(source);
      if (known === undefined || at - known.since >= withinMs) {
        counts.set(source, { since: at, told: 1, untold: 0 });
        return 1 + (known?.untold ?? 0);
      }
      if (known.told < most) {
        known.told += 1;
        return 1;
      }
      known.untold += 1;
      return null;
    },
  };
}
