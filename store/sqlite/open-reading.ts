import { existsSync } from 'node:fs';
import { KeyturnFault } from '../../bot/core/fault.ts';
import type { Reading } from '../../bot/ports/store.ts';
import { SCHEMA_VERSION } from './migrate.ts';
import { openReadOnly } from './open.ts';
import { requestsIn } from './requests.ts';
import { identitiesIn } from './side-tables.ts';

type Requests = Pick<Reading, 'list' | 'actionText' | 'personOf' | 'keyOf'>;

/** Requests and people of a database that a server may be writing. Nothing in it is changed. */
export function openReading(file: string): { readonly reading: Requests; readonly close: () => void } {
  if (!existsSync(file)) throw new KeyturnFault('STORE_BROKEN', `there is no database at ${file}`);
  const db = openReadOnly(file);
  try {
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version !== SCHEMA_VERSION) {
      throw new KeyturnFault(
        'STORE_BROKEN',
        `${file} has schema ${version} and this Keyturn reads ${SCHEMA_VERSION}: start this version over it once`,
      );
    }
    const reading: Requests = { ...requestsIn(db, () => -1), ...identitiesIn(db) };
    return { reading, close: () => db.close() };
  } catch (cause) {
    db.close();
    throw cause;
  }
}
