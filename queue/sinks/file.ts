import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { EventSink } from '../../bot/ports/event-sink.ts';

const LINE_FEED = 0x0a;

/**
 * JSON lines at the end of a file, on disk before they count as sent. It is opened anew for each
 * batch, so whoever rotates it only has to rename it.
 */
export function fileSink(path: string): EventSink {
  return {
    name: `file:${path}`,
    async send(lines) {
      const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
      const file = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
      try {
        const broken = (await isBroken(file)) ? '\n' : '';
        await file.appendFile(`${broken}${lines.join('\n')}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

/** True after a write that was cut off. Its line comes again, so it only has to end. */
async function isBroken(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== LINE_FEED;
}
