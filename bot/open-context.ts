import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openGrantSigner } from '../store/keys/grant-key.ts';
import { openSqliteStore } from '../store/sqlite/store.ts';
import { adoptPolicy, type PolicySource } from './app/adopt-policy.ts';
import { createAttempts } from './app/attempts.ts';
import { type Context, KEYTURN } from './app/context.ts';
import { createDirectories } from './app/directories.ts';
import { enrolPeople } from './app/enrol-people.ts';
import { refuseConflicts } from './app/link-conflicts.ts';
import { createPresence } from './app/presence.ts';
import { recordDirectoryFailures } from './app/record-directory-failure.ts';
import { createRoster } from './app/roster.ts';
import { rulebookInForce } from './app/rulebook-in-force.ts';
import { trustedTime } from './app/time.ts';
import { createWatchers } from './app/watchers.ts';
import type { Clock } from './ports/clock.ts';
import type { Directory } from './ports/directory.ts';
import type { Places } from './ports/places.ts';
import type { Random } from './ports/random.ts';
import { SOFTWARE } from './software.ts';

export interface Installation extends PolicySource {
  readonly dataDir: string;
  readonly keyDir: string;
  /** The log's origin. */
  readonly log: string;
}

export interface Machine {
  readonly clock: Clock;
  readonly random: Random;
  /** Who keeps groups of the policy elsewhere. */
  readonly directories?: readonly Directory[];
  /** The store can no longer be trusted. MUST end the process, without answering anybody. */
  readonly onBroken: (cause: unknown) => void;
}

/**
 * Opens the data directory: store, log tail, people, policy. When it returns, every deadline that
 * passed while nobody ran will be recorded by the first look, and every open request has met the
 * policy that is now in force.
 */
export async function openContext(
  { dataDir, keyDir, log, people, compile }: Installation,
  { clock, random, onBroken, directories = [] }: Machine,
  places: Places,
): Promise<Context> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'keyturn.db');
  const store = openSqliteStore({ file, log, software: SOFTWARE, random, onBroken });
  try {
    const time = trustedTime(clock, store.committed.newestEntry()?.ts ?? 0);
    await store.transact((tx) => {
      tx.append({ type: 'log.started', clean: store.stoppedCleanly }, KEYTURN, time.now(), null);
    });
    const personOf = await enrolPeople({ store, time, random }, people);
    const inForce = rulebookInForce(compile(personOf));
    refuseConflicts(inForce.now, store.committed);
    const steady = () => clock.steady();
    const roster = createRoster(() => inForce.now, store.committed.links(), steady);
    const failed = recordDirectoryFailures(() => context, steady);
    const context: Context = {
      store,
      time,
      random,
      get rulebook() {
        return roster.now;
      },
      inForce,
      roster,
      directories: createDirectories(directories, { roster, inForce }, steady, failed),
      signer: openGrantSigner(keyDir),
      watchers: createWatchers(),
      presence: createPresence(steady),
      attempts: createAttempts(steady),
      places,
    };
    await adoptPolicy(context);
    return context;
  } catch (cause) {
    store.close();
    throw cause;
  }
}
