import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Mask } from './mask.ts';

const TAIL_BYTES = 4096;

/** Where an action can no longer be told from a flood. */
export const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;

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
 * never reach either. What prints nothing has no file. A disk that takes no more cuts the file, and
 * nothing else: the action goes on, and its end is told.
 */
export class OutputFile {
  readonly #file: string;
  readonly #mask: Mask;
  readonly #most: number;
  readonly #hash = createHash('sha256');
  #handle: number | null = null;
  #isBroken = false;
  #tail: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #written = 0;

  constructor(file: string, secrets: readonly string[], mostBytes: number = MOST_OUTPUT_BYTES) {
    this.#file = file;
    this.#mask = new Mask(secrets);
    this.#most = mostBytes;
  }

  write(bytes: Uint8Array): void {
    this.#put(this.#mask.take(bytes));
  }

  /** How much of the file is written by now. */
  get written(): number {
    return this.#written;
  }

  /** MUST be called once, and nothing after it. What is said of the file is on disk by then. */
  close(): Output | null {
    this.#put(this.#mask.end());
    if (this.#handle !== null) this.#sync(this.#handle);
    if (this.#bytes === 0) return null;
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
    this.#keep(bytes.subarray(0, this.#most - this.#written));
  }

  #keep(bytes: Buffer): void {
    // After a part that is missing nothing more is written: what is kept is a beginning, and says so.
    if (bytes.length === 0 || this.#isBroken) return;
    try {
      this.#handle ??= open(this.#file);
      let rest = bytes;
      while (rest.length > 0) {
        const count = writeSync(this.#handle, rest);
        this.#hash.update(rest.subarray(0, count));
        this.#written += count;
        rest = rest.subarray(count);
      }
    } catch {
      this.#isBroken = true;
    }
  }

  #sync(handle: number): void {
    try {
      fsyncSync(handle);
    } catch {
      this.#isBroken = true;
    } finally {
      closeSync(handle);
    }
  }
}

function open(file: string): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return openSync(file, 'w', 0o600);
}

/** A tail may begin in the middle of a character; that half is left out. */
function toText(bytes: Buffer): string {
  let from = 0;
  while (from < 3 && from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return bytes.subarray(from).toString('utf8');
}
