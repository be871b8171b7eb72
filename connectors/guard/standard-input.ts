import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { Ended, EXIT } from './exit-codes.ts';

/** As much as a request's body may hold. */
export const LARGEST_INPUT = 256 * 1024;

/** All of it, as text, before anything is sent. `leaving` ends the wait for somebody who never closes it. */
export async function readInput(source: Readable, leaving: AbortSignal): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  const end = (): void => void source.destroy();
  leaving.addEventListener('abort', end, { once: true });
  try {
    for await (const part of source) {
      parts.push(part as Buffer);
      size += (part as Buffer).byteLength;
      if (size > LARGEST_INPUT)
        throw new Ended(EXIT.usage, 'stdin is larger than 256 KiB. Nothing was sent.');
    }
  } catch (error) {
    if (error instanceof Ended || !leaving.aborted) throw error;
    // The caller of this function sees that nobody waits any more.
  } finally {
    leaving.removeEventListener('abort', end);
  }
  return decodeUtf8(Buffer.concat(parts), 'stdin');
}

/** Strict, and with the byte order mark kept: what is shown and replayed is what was given, byte for byte. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  if (!isUtf8(bytes)) throw new Ended(EXIT.usage, `${what} is not UTF-8 text. Nothing was sent.`);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
