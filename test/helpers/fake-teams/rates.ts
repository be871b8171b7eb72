/** What Teams takes of one bot in one conversation: its documentation's figures. */
const WINDOWS = [
  { ms: 1_000, most: 7 },
  { ms: 2_000, most: 8 },
  { ms: 30_000, most: 60 },
  { ms: 3_600_000, most: 1_800 },
] as const;

export class Rates {
  readonly #calls = new Map<string, number[]>();
  readonly #now: () => number;
  #stormUntil = 0;
  refused = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Everything is refused for so long. */
  stormFor(ms: number): void {
    this.#stormUntil = this.#now() + ms;
  }

  /** How many seconds to wait, or null when it may pass. */
  refuse(conversation: string): number | null {
    const now = this.#now();
    if (now < this.#stormUntil) return Math.ceil((this.#stormUntil - now) / 1_000);
    const calls = this.#calls.get(conversation) ?? [];
    const full = WINDOWS.find(({ ms, most }) => calls.filter((at) => at > now - ms).length >= most);
    if (full !== undefined) {
      this.refused += 1;
      return Math.ceil(full.ms / 1_000);
    }
    this.#calls.set(conversation, [...calls.filter((at) => at > now - 3_600_000), now]);
    return null;
  }
}
