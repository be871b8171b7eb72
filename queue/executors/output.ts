import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Mask } from './mask.ts';

const TAIL_BYTES = 4096;

export interface Output {
  /** The last 4 KiB, as text. Bytes that are not UTF-8 are replaced. */
  readonly tail: string;
  /** How much was printed, before the cut. */
  readonly bytes: number;
  /** Lowercase hex, over the bytes of the file. */
  readonly sha256: string;
  /** More was printed than is kept. */
  readonly isCut: boolean;
}

/**
 * Everything that an action prints: whole in a file up to a bound, its end in memory. Known secrets
 * never reach either.
 */
export class OutputFile {
  readonly #mask: Mask;
  readonly #most: number;
  readonly #handle: number;
  readonly #hash = createHash('sha256');
  #tail: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #written = 0;

  constructor(file: string, secrets: readonly string[], mostBytes: number) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#handle = openSync(file, 'w', 0o600);
    this.#mask = new Mask(secrets);
    this.#most = mostBytes;
  }

  write(bytes: Uint8Array): void {
    this.#put(this.#mask.take(bytes));
  }

  /** MUST be called once, and nothing after it. What is said of the file is on disk by then. */
  close(): Output {
    this.#put(this.#mask.end());
    fsyncSync(this.#handle);
    closeSync(this.#handle);
    return {
      tail: toText(this.#tail),
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      isCut: this.#bytes > this.#written,
    };
  }

  #put(bytes: Buffer): void {
    this.#bytes += bytes.length;
    // The end is kept also of what the file has no room for: it says how it ended.
    this.#tail = Buffer.concat([this.#tail, bytes]).subarray(-TAIL_BYTES);
    const kept = bytes.subarray(0, this.#most - this.#written);
    if (kept.length === 0) return;
    writeSync(this.#handle, kept);
    this.#hash.update(kept);
    this.#written += kept.length;
  }
}

/** A tail may begin in the middle of a character; that half is left out. */
function toText(bytes: Buffer): string {
  let from = 0;
  while (from < 3 && from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return bytes.subarray(from).toString('utf8');
}
