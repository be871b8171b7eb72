import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Archiver } from '../../bot/ports/archiver.ts';

/** Bundles in a folder. Each is written under another name until it is whole and on disk. */
export function folderArchiver(folder: string): Archiver {
  return {
    async keep({ name, pieces }) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, name);
      const part = `${file}.part`;
      const hash = createHash('sha256');
      try {
        const handle = await open(part, 'w', 0o600);
        try {
          for await (const piece of pieces) {
            hash.update(piece);
            await handle.appendFile(piece);
          }
          await handle.sync();
        } finally {
          await handle.close();
        }
      } catch (cause) {
        await rm(part, { force: true });
        throw cause;
      }
      await rename(part, file);
      const directory = await open(folder, 'r');
      await directory.sync();
      await directory.close();
      return `sha256:${hash.digest('hex')}`;
    },
  };
}
