import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Store } from '../../../bot/ports/store.ts';
import { openSqliteStore, type SqliteStoreOptions } from '../../../store/sqlite/store.ts';
import { seededRandom } from '../../helpers/seeded-random.ts';

export interface StorePlace {
  readonly dir: string;
  readonly file: string;
  open(options?: Partial<SqliteStoreOptions>): Store;
}

/** A folder of its own, in which stores are opened one after the other, and closed at the end. */
export function storePlace(): StorePlace {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-store-'));
  const file = join(dir, 'keyturn.db');
  let last: Store | null = null;
  onTestFinished(() => {
    last?.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    dir,
    file,
    open(options = {}) {
      const onBroken = (cause: unknown) => {
        throw cause;
      };
      const opened = openSqliteStore({
        file,
        log: 'test/log',
        software: 'test',
        random: seededRandom(file),
        onBroken,
        ...options,
      });
      let isOpen = true;
      last = {
        ...opened,
        close() {
          if (isOpen) opened.close();
          isOpen = false;
        },
      };
      return last;
    },
  };
}
