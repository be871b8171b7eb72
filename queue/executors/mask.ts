/** What stands where a secret was printed. */
const MARK = Buffer.from('[hidden]');

/** A secret this short would hide half of any output and protect nothing. */
const SHORTEST = 4;

/** What is hidden of the bytes that are held: from, up to, and whether its mark was let go of already. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly isMarked: boolean;
}

/**
 * Hides known secrets in a stream of bytes, however it is cut into pieces: every byte that belongs to one,
 * also where two overlap. Works on bytes: an output need not be text. All secrets are looked for in one
 * pass (Aho and Corasick), so that neither many nor long ones hold up whoever reads.
 */
export class Mask {
  /** The state that follows a state by a byte, where one does. A state is the beginning of a secret. */
  readonly #next = new Map<number, number>();
  /** Whether a byte begins any secret: nearly all do not, and need no look at the map. */
  readonly #begins = new Uint8Array(256);
  /** Per state: its length, the longest other state that ends it, and the longest secret that does. */
  readonly #depth = [0];
  readonly #fallback = [0];
  readonly #secret = [0];
  #state = 0;
  #held: Buffer = Buffer.alloc(0);
  #runs: Run[] = [];

  constructor(secrets: readonly string[]) {
    for (const secret of new Set(secrets)) {
      const bytes = Buffer.from(secret);
      if (bytes.length >= SHORTEST) this.#learn(bytes);
    }
    this.#link();
  }

  /** What can be let go of by now. What may yet become a secret stays until more comes. */
  take(bytes: Uint8Array): Buffer {
    const all = this.#held.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#held, bytes]);
    for (let at = this.#held.length; at < all.length; at += 1) {
      const byte = all[at] ?? 0;
      if (this.#state === 0 && this.#begins[byte] === 0) continue;
      this.#state = this.#after(this.#state, byte);
      const length = this.#secret[this.#state] ?? 0;
      if (length > 0) this.#hide(at + 1 - length, at + 1);
    }
    return this.#letGo(all, all.length - (this.#depth[this.#state] ?? 0));
  }

  end(): Buffer {
    this.#state = 0;
    return this.#letGo(this.#held, this.#held.length);
  }

  #learn(bytes: Buffer): void {
    let state = 0;
    for (const byte of bytes) {
      const known = this.#next.get(state * 256 + byte);
      const next = known ?? this.#depth.length;
      if (known === undefined) {
        this.#next.set(state * 256 + byte, next);
        this.#depth.push((this.#depth[state] ?? 0) + 1);
        this.#fallback.push(0);
        this.#secret.push(0);
      }
      state = next;
    }
    this.#begins[bytes[0] ?? 0] = 1;
    this.#secret[state] = bytes.length;
  }

  /** Shorter states first: what a state falls back to is shorter than it. */
  #link(): void {
    const byDepth = [...this.#next].sort(([, a], [, b]) => (this.#depth[a] ?? 0) - (this.#depth[b] ?? 0));
    for (const [key, state] of byDepth) {
      const before = Math.floor(key / 256);
      const fallback = before === 0 ? 0 : this.#after(this.#fallback[before] ?? 0, key % 256);
      this.#fallback[state] = fallback;
      this.#secret[state] ||= this.#secret[fallback] ?? 0;
    }
  }

  #after(from: number, byte: number): number {
    for (let state = from; ; state = this.#fallback[state] ?? 0) {
      const next = this.#next.get(state * 256 + byte);
      if (next !== undefined) return next;
      if (state === 0) return 0;
    }
  }

  #hide(start: number, to: number): void {
    let [from, isMarked] = [start, false];
    for (let last = this.#runs.at(-1); last !== undefined && last.to > from; last = this.#runs.at(-1)) {
      this.#runs.pop();
      from = Math.min(from, last.from);
      isMarked ||= last.isMarked;
    }
    this.#runs.push({ from, to, isMarked });
  }

  #letGo(all: Buffer, until: number): Buffer {
    const parts: Buffer[] = [];
    let at = 0;
    for (const { from, to, isMarked } of this.#runs) {
      if (from >= until) break;
      parts.push(all.subarray(at, Math.max(at, from)), isMarked ? Buffer.alloc(0) : MARK);
      at = to;
    }
    parts.push(all.subarray(Math.min(at, until), until));
    this.#held = all.subarray(until);
    this.#runs = this.#runs
      .filter(({ to }) => to > until)
      .map(({ from, to, isMarked }) => ({
        from: from - until,
        to: to - until,
        isMarked: isMarked || from < until,
      }));
    return Buffer.concat(parts);
  }
}
