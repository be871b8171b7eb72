import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RequestId } from '../../bot/core/request.ts';
import type { Outputs } from '../../bot/ports/outputs.ts';
import { lastLineOf } from './last-line.ts';
import { MOST_OUTPUT_BYTES } from './output.ts';

/** In this many bytes at its end the last line is looked for. */
const END_BYTES = 4096;

/** A file per try. The request's id is a part of its name, so it MUST be one that the store knows. */
export function outputFileOf(folder: string, request: RequestId, attempt: number): string {
  return join(folder, `${request}-${attempt}.log`);
}

/** Keeps what workers on other machines send, beside what was printed here, and reads either. */
export function outputFolder(folder: string, mostBytes: number = MOST_OUTPUT_BYTES): Outputs {
  return {
    append(request, attempt, offset, bytes) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const handle = openSync(outputFileOf(folder, request, attempt), 'a', 0o600);
      try {
        const { size } = fstatSync(handle);
        // Sent again after an answer that was lost: what is there stays, and the rest follows it.
        const fresh = offset > size ? bytes.subarray(0, 0) : bytes.subarray(size - offset);
        const kept = fresh.subarray(0, Math.max(0, mostBytes - size));
        return kept.length === 0 ? size : size + writeSync(handle, kept);
      } finally {
        closeSync(handle);
      }
    },
    lastLine(request, attempt) {
      const handle = openIfThere(outputFileOf(folder, request, attempt));
      if (handle === null) return null;
      try {
        const { size } = fstatSync(handle);
        // From here on what comes is not kept, and what is kept is no longer what came last.
        if (size >= mostBytes) return null;
        const from = Math.max(0, size - END_BYTES);
        const end = Buffer.alloc(Math.min(size, END_BYTES));
        return lastLineOf(end.subarray(0, readSync(handle, end, 0, end.length, from)));
      } finally {
        closeSync(handle);
      }
    },
    async seal(request, attempt) {
      const file = outputFileOf(folder, request, attempt);
      const hash = createHash('sha256');
      let bytes = 0;
      try {
        for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
          hash.update(chunk);
          bytes += chunk.length;
        }
      } catch (cause) {
        if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
        throw cause;
      }
      const handle = openSync(file, 'r');
      try {
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      return { bytes, sha256: hash.digest('hex') };
    },
  };
}

function openIfThere(file: string): number | null {
  try {
    return openSync(file, 'r');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
}
