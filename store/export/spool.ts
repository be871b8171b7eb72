import { randomBytes } from 'node:crypto';
import { closeSync, openSync, read, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const readAt = promisify(read);
const PIECE = 64 * 1024;

/** What is written to it is read back later. A tar says how long a file is before the file. */
export interface Spool {
  /** The open file's number. It is the whole process's, so another thread can read it too. */
  readonly file: number;
  write(text: string): void;
  /** Bytes written so far. */
  size(): number;
  pieces(): AsyncIterable<Uint8Array>;
  close(): void;
}

/** A file without a name: when the process dies, however it dies, nothing of it is left in the folder. */
export function openSpool(folder: string): Spool {
  const path = join(folder, `.export-${randomBytes(8).toString('hex')}`);
  const file = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  let waiting: string[] = [];
  let waitingSize = 0;
  let written = 0;
  const flush = () => {
    const bytes = Buffer.from(waiting.join(''), 'utf8');
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, written + at);
    written += bytes.length;
    waiting = [];
    waitingSize = 0;
  };
  return {
    file,
    write(text) {
      waiting.push(text);
      waitingSize += text.length;
      if (waitingSize >= PIECE) flush();
    },
    size() {
      flush();
      return written;
    },
    pieces() {
      flush();
      return piecesOf(file, written);
    },
    close: () => closeSync(file),
  };
}

/** The first `size` bytes of an open file. */
export async function* piecesOf(file: number, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < size; ) {
    const most = Math.min(PIECE, size - at);
    const { bytesRead, buffer } = await readAt(file, Buffer.alloc(most), 0, most, at);
    if (bytesRead === 0) throw new Error('what was spooled is gone');
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
