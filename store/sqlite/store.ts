import type { Database } from 'better-sqlite3';
import { KeyturnFault } from '../../bot/core/fault.ts';
import type { Random } from '../../bot/ports/random.ts';
import type { Store, Transaction } from '../../bot/ports/store.ts';
import { formatOrigin } from '../audit/origin.ts';
import { accountsIn } from './accounts.ts';
import { logIn, readHead } from './audit-log.ts';
import { checkpointsIn, checkTree } from './checkpoints.ts';
import { disclosuresIn } from './disclosures.ts';
import { goneEndpointsIn } from './gone-endpoints.ts';
import { groupCommit } from './group-commit.ts';
import { heldIn } from './held.ts';
import { inboxIn } from './inbox.ts';
import { lockDirectory } from './lock.ts';
import { openDatabase } from './open.ts';
import { outboxIn } from './outbox.ts';
import { postReviewsIn } from './post-reviews.ts';
import { postsIn } from './posts.ts';
import { pruningIn } from './pruning.ts';
import { purgerOf } from './purge.ts';
import { referencesIn } from './references.ts';
import { requestsIn } from './requests.ts';
import { restoredIn } from './restored.ts';
import { sessionsIn } from './sessions.ts';
import { freezesIn, identitiesIn, repeatsIn } from './side-tables.ts';
import { streamsIn } from './streams.ts';
import { checkTail, endsWithStop } from './tail.ts';
import { treeIn } from './tree.ts';

export interface SqliteStoreOptions {
  readonly file: string;
  /** The log's name. Every entry carries it with the epoch, as its origin. */
  readonly log: string;
  readonly software: string;
  readonly random: Random;
  /** Called once when the file can no longer be trusted. MUST end the process. */
  readonly onBroken: (cause: unknown) => void;
}

/** State, entry and outbox rows in one file and one transaction. Refuses to open over a broken log tail. */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  const unlock = lockDirectory(`${options.file}.lock`);
  let db: Database | null = null;
  try {
    db = openDatabase(options.file);
    checkTail(db, options.log);
    return storeOver(db, options, unlock);
  } catch (cause) {
    db?.close();
    unlock();
    if (cause instanceof KeyturnFault) throw cause;
    throw new KeyturnFault('STORE_BROKEN', `${options.file} cannot be used: ${String(cause)}`, { cause });
  }
}

function storeOver(db: Database, options: SqliteStoreOptions, unlock: () => void): Store {
  let head = readHead(db);
  const stoppedCleanly = head.seq === -1 || endsWithStop(db);
  const requests = requestsIn(db, () => head.seq);
  const postReviews = postReviewsIn(db);
  const tree = treeIn(db, () => head);
  const tx: Transaction = {
    ...requests,
    hasOverdueReview: postReviews.hasOverdueReview,
    update(request, before) {
      requests.update(request, before);
      if (request.brokenGlass !== before.brokenGlass) postReviews.keep(request);
    },
    ...logIn(
      db,
      options,
      {
        get: () => head,
        set(next) {
          head = next;
        },
      },
      tree.append,
    ),
    ...checkpointsIn(db, { ...tree, origin: () => formatOrigin(options.log, head.epoch) }),
    ...inboxIn(db),
    ...referencesIn(db),
    ...sessionsIn(db),
    ...heldIn(db),
    ...outboxIn(db),
    ...postsIn(db),
    ...repeatsIn(db),
    ...freezesIn(db),
    ...identitiesIn(db),
    ...accountsIn(db),
    ...streamsIn(db),
    ...goneEndpointsIn(db),
    ...disclosuresIn(db),
    ...pruningIn(db),
    ...restoredIn(db),
  };
  const mark = () => {
    const held = head;
    const undoTree = tree.mark();
    return () => {
      head = held;
      undoTree();
    };
  };
  checkTree(tx);
  const commits = groupCommit(db, { mark }, options.onBroken);
  const purger = purgerOf(db, options.file);
  return {
    transact: <T>(work: (tx: Transaction) => T extends PromiseLike<unknown> ? never : T) =>
      commits.submit(() => work(tx)) as Promise<T>,
    committed: tx,
    lastWriteFailed: commits.lastWriteFailed,
    stoppedCleanly,
    purge: purger.purge,
    scrub() {
      // Deleted bytes are overwritten in the file (`secure_delete`), and the WAL still has the old pages.
      db.pragma('busy_timeout = 0');
      try {
        const [result] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
        return result?.busy === 0;
      } catch {
        return false;
      } finally {
        db.pragma('busy_timeout = 5000');
      }
    },
    close() {
      commits.close();
      try {
        // Somebody who reads beside us must not hold up the end. What stays in the WAL is read at the next start.
        db.pragma('busy_timeout = 0');
        db.pragma('wal_checkpoint(TRUNCATE)');
      } catch {
        // A full disk. The commits are safe where they are.
      } finally {
        db.close();
        purger.close();
        unlock();
      }
    },
  };
}
