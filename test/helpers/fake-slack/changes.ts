/** Lets a test wait for what it wants to see, without sleeping: every change of the fake looks again. */
export class Changes {
  readonly #looks = new Set<() => void>();

  happened(): void {
    for (const look of [...this.#looks]) look();
  }

  /** The first value that is neither null nor undefined. Says what it waited for when it gives up. */
  until<T>(what: string, find: () => T | null | undefined, withinMs = 10_000): Promise<T> {
    const now = find();
    if (now !== null && now !== undefined) return Promise.resolve(now);
    const asked = new Error(`waited ${withinMs} ms for ${what}`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#looks.delete(look);
        reject(asked);
      }, withinMs);
      const look = () => {
        const found = find();
        if (found === null || found === undefined) return;
        clearTimeout(timer);
        this.#looks.delete(look);
        resolve(found);
      };
      this.#looks.add(look);
    });
  }
}
