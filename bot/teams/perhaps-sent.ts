/** How long to wait with the next copy, after each that got no answer: seven of them at most. */
const GAPS_MS = [1_000, 4_000, 20_000, 2 * 60_000, 10 * 60_000, 60 * 60_000];
const MOST_REMEMBERED = 2_000;

/**
 * Messages that Teams may have taken without saying so, by their keys. It takes no key of ours, so each
 * try that gets no answer may be one more copy in front of people.
 */
export interface PerhapsSent {
  has(key: string): boolean;
  /** Whether one more may be sent. */
  more(key: string): 'now' | 'later' | 'never';
  noAnswer(key: string): void;
  forget(key: string): void;
}

export function createPerhapsSent(now: () => number): PerhapsSent {
  const kept = new Map<string, { readonly times: number; readonly at: number }>();
  return {
    has: (key) => kept.has(key),
    more(key) {
      const { times, at } = kept.get(key) ?? { times: 0, at: 0 };
      if (times === 0) return 'now';
      const gap = GAPS_MS[times - 1];
      if (gap === undefined) return 'never';
      return now() - at >= gap ? 'now' : 'later';
    },
    noAnswer(key) {
      const times = (kept.get(key)?.times ?? 0) + 1;
      const [oldest] = kept.keys();
      if (kept.size >= MOST_REMEMBERED && oldest !== undefined) kept.delete(oldest);
      kept.set(key, { times, at: now() });
    },
    forget: (key) => void kept.delete(key),
  };
}
