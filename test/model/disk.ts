import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILE = 'keyturn.db';
const LOG = 'keyturn.db-wal';

/** Where the histories keep their files: in memory if the machine has such a place. */
export interface Disk {
  readonly keys: string;
  /** An empty data directory. */
  fresh(): string;
  /**
   * A data directory as a crash at this very moment leaves it. Only the database and its write-ahead
   * log are taken: what SQLite shares in memory is gone with the process.
   */
  afterCrash(dataDir: string): string;
  drop(dataDir: string): void;
  dropAll(): void;
}

export function openDisk(): Disk {
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'keyturn-model-'));
  let count = 0;
  const fresh = () => {
    count += 1;
    const dir = join(root, `data-${count}`);
    mkdirSync(dir);
    return dir;
  };
  return {
    keys: join(root, 'keys'),
    fresh,
    afterCrash(dataDir) {
      const dir = fresh();
      for (const file of [FILE, LOG]) {
        if (existsSync(join(dataDir, file))) copyFileSync(join(dataDir, file), join(dir, file));
      }
      return dir;
    },
    drop: (dataDir) => rmSync(dataDir, { recursive: true, force: true }),
    dropAll: () => rmSync(root, { recursive: true, force: true }),
  };
}
