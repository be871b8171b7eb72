/** What stands where a secret was printed. */
const MARK = Buffer.from('[hidden]');

/** A secret this short would hide half of any output and protect nothing. */
const SHORTEST = 4;

/**
 * Hides known secrets in a stream of bytes, also one that comes in two pieces. Works on bytes: an output
 * need not be text.
 */
export class Mask {
  readonly #secrets: readonly Buffer[];
  readonly #longest: number;
  #held: Buffer = Buffer.alloc(0);

  constructor(secrets: readonly string[]) {
    const bytes = [...new Set(secrets)]
      .map((secret) => Buffer.from(secret))
      .filter(({ length }) => length >= SHORTEST);
    // The longest first: of two secrets, one of which begins the other, the whole longer one goes.
    this.#secrets = bytes.sort((a, b) => b.length - a.length);
    this.#longest = this.#secrets[0]?.length ?? 0;
  }

  /** What can be let go of by now. Up to one secret's length, less one byte, stays until more comes. */
  take(bytes: Uint8Array): Buffer {
    const masked = this.#masked(Buffer.concat([this.#held, bytes]));
    const keep = this.#openEnd(masked);
    this.#held = masked.subarray(masked.length - keep);
    return masked.subarray(0, masked.length - keep);
  }

  end(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return rest;
  }

  #masked(bytes: Buffer): Buffer {
    let masked = bytes;
    for (const secret of this.#secrets) {
      let at = masked.indexOf(secret);
      if (at === -1) continue;
      const parts: Buffer[] = [];
      let from = 0;
      for (; at !== -1; at = masked.indexOf(secret, from)) {
        parts.push(masked.subarray(from, at), MARK);
        from = at + secret.length;
      }
      masked = Buffer.concat([...parts, masked.subarray(from)]);
    }
    return masked;
  }

  /** How many bytes at the end may be the beginning of a secret. */
  #openEnd(bytes: Buffer): number {
    for (let length = Math.min(this.#longest - 1, bytes.length); length > 0; length -= 1) {
      const end = bytes.subarray(bytes.length - length);
      if (this.#secrets.some((secret) => secret.length > length && secret.subarray(0, length).equals(end)))
        return length;
    }
    return 0;
  }
}
