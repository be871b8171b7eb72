import type { Database } from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { first } from './migrations/0001-first.ts';
import { outbox } from './migrations/0002-outbox.ts';
import { breakGlass } from './migrations/0005-break-glass.ts';
import { accounts } from './migrations/0007-accounts.ts';
import { payloadRetention } from './migrations/0008-payload-retention.ts';
import { tree } from './migrations/0009-tree.ts';
import { pruned } from './migrations/0011-pruned.ts';
import { streams } from './migrations/0012-streams.ts';
import { inbox } from './migrations/0013-inbox.ts';
import { runs } from './migrations/0015-runs.ts';
import { references } from './migrations/0016-references.ts';
import { lanes } from './migrations/0017-lanes.ts';
import { redeemable } from './migrations/0020-redeemable.ts';
import { sessions } from './migrations/0021-sessions.ts';
import { progress } from './migrations/0022-progress.ts';
import { held } from './migrations/0023-held.ts';
import { goneEndpoints } from './migrations/0024-gone-endpoints.ts';
import { outboxDue } from './migrations/0027-outbox-due.ts';
import { ticketsAreOver } from './migrations/0028-tickets-are-over.ts';

/** Append-only. The position is the version that `user_version` holds. */
const MIGRATIONS: readonly string[] = [
  first,
  outbox,
  breakGlass,
  inbox,
  accounts,
  payloadRetention,
  tree,
  streams,
  runs,
  pruned,
  references,
  redeemable,
  lanes,
  sessions,
  progress,
  held,
  goneEndpoints,
  outboxDue,
  ticketsAreOver,
];
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings the file to this version, all or nothing. A file from a newer Keyturn is refused, not guessed at. */
export function migrate(db: Database): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > MIGRATIONS.length) {
    throw new KeyturnFault(
      'STORE_TOO_NEW',
      `the database has schema ${version}, this Keyturn knows ${MIGRATIONS.length}: start the newer version`,
    );
  }
  db.transaction(() => {
    for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  }).immediate();
}
