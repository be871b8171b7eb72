import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Anchor } from '../../bot/ports/anchor.ts';

/** Longer than any text that is published. */
const TAIL_BYTES = 16_384;

/**
 * A file that is only ever added to. Its folder must be there already: a mount that is missing must
 * not be made up for by a folder of the same name on the disk that it is to protect against.
 */
export function fileAnchor(id: string, path: string): Anchor {
  return {
    id,
    where: path,
    keepsAll: true,
    async publish(text) {
      const file = await open(path, 'a+', 0o644);
      try {
        const { size } = await file.stat();
        const length = Math.min(size, TAIL_BYTES);
        const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
        const tail = buffer.toString('utf8');
        if (tail.includes(text)) return;
        // Where an earlier try was cut off, its half line must not run into this text.
        const begin = tail === '' || tail.endsWith('\n') ? '' : '\n';
        await file.appendFile(`${begin}${text}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
    async *lines() {
      try {
        const input = createReadStream(path);
        yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      } catch (cause) {
        if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
      }
    },
  };
}
