import type { RequestId } from '../core/request.ts';

/** A caller that blocks on the answer and has not asked for this long is gone. */
const GONE_AFTER_MS = 120_000;

/**
 * Who still waits for a request submitted with `hold: "wait"`. Kept in memory on purpose: a time in
 * which the server was down must not count against the caller.
 */
export interface Presence {
  /** The caller asks. Call what it returns when the question is over. */
  arrive(id: RequestId): () => void;
  /** True when nobody has asked for `GONE_AFTER_MS`. The first look starts the count. */
  isGone(id: RequestId): boolean;
  /** Forgets every other request that nobody asks about now. */
  keepOnly(ids: ReadonlySet<RequestId>): void;
}

export function createPresence(steady: () => number): Presence {
  const seen = new Map<RequestId, { asking: number; last: number }>();
  const of = (id: RequestId) => {
    const known = seen.get(id) ?? { asking: 0, last: steady() };
    seen.set(id, known);
    return known;
  };
  return {
    arrive(id) {
      const known = of(id);
      known.asking += 1;
      known.last = steady();
      return () => {
        known.asking -= 1;
        known.last = steady();
      };
    },
    isGone(id) {
      const known = of(id);
      return known.asking === 0 && steady() - known.last >= GONE_AFTER_MS;
    },
    keepOnly(ids) {
      for (const [id, { asking }] of seen) if (asking === 0 && !ids.has(id)) seen.delete(id);
    },
  };
}
