/** How many may run at the same time, over all queues that one process listens to. */
export interface Slots {
  /** True as soon as there is room; false where there was none in that time. */
  take(withinMs: number): Promise<boolean>;
  give(): void;
}

export function createSlots(most: number): Slots {
  let free = most;
  const waiting = new Set<() => void>();
  return {
    take(withinMs) {
      if (free > 0) {
        free -= 1;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        const settle = (isTaken: boolean) => {
          clearTimeout(timer);
          waiting.delete(taken);
          resolve(isTaken);
        };
        const taken = () => settle(true);
        const timer = setTimeout(() => settle(false), withinMs);
        waiting.add(taken);
      });
    },
    give() {
      const [next] = waiting;
      if (next === undefined) free += 1;
      else next();
    },
  };
}
