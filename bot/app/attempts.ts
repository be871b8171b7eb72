const HOUR_MS = 60 * 60_000;
const MOST_KEYS = 10_000;

/** How often something may be tried in an hour. Kept in memory: a restart is no way around a code of 78 bits. */
export interface Attempts {
  /** Counts one more; false when there were as many as may be. */
  take(key: string, most: number): boolean;
}

export function createAttempts(steady: () => number): Attempts {
  const counts = new Map<string, { readonly since: number; times: number }>();
  return {
    take(key, most) {
      const now = steady();
      if (counts.size >= MOST_KEYS)
        for (const [old, { since }] of counts) if (now - since >= HOUR_MS) counts.delete(old);
      const known = counts.get(key);
      if (known === undefined || now - known.since >= HOUR_MS) {
        // Full of keys that are all in use: then nobody new may try, rather than everybody.
        if (counts.size >= MOST_KEYS && known === undefined) return false;
        counts.set(key, { since: now, times: 1 });
        return true;
      }
      known.times += 1;
      return known.times <= most;
    },
  };
}
