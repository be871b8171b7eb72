import { openGrantSigner } from '../store/keys/grant-key.ts';
import { openSealer } from '../store/keys/sealer.ts';
import { adoptPolicy, type PolicySource } from './app/adopt-policy.ts';
import { createAttempts } from './app/attempts.ts';
import type { Context } from './app/context.ts';
import { createDirectories } from './app/directories.ts';
import { enrolPeople } from './app/enrol-people.ts';
import { refuseConflicts } from './app/link-conflicts.ts';
import { createPresence } from './app/presence.ts';
import { recordDirectoryFailures } from './app/record-directory-failure.ts';
import { createRefusalCount } from './app/refusal-count.ts';
import { revokeRestored } from './app/revoke-restored.ts';
import { createRoster } from './app/roster.ts';
import { rulebookInForce } from './app/rulebook-in-force.ts';
import { type LogPlace, type Machine, type OpenLog, openLog } from './open-log.ts';
import type { Places } from './ports/places.ts';

export interface Installation extends LogPlace, PolicySource {}

export async function openContext(
  installation: Installation,
  machine: Machine,
  places: Places,
): Promise<Context> {
  return contextOver(installation, await openLog(installation, machine), machine, places);
}

/**
 * What every use case works with, over a log that is open: people and policy. When it returns, every
 * deadline that passed while nobody ran will be recorded by the first look, and every open request
 * has met the policy that is now in force.
 */
export async function contextOver(
  { keyDir, audit, people, compile }: Installation,
  { log }: OpenLog,
  { clock, random, directories = [] }: Machine,
  places: Places,
): Promise<Context> {
  const { store, time } = log;
  try {
    const personOf = await enrolPeople({ store, time, random }, people);
    const inForce = rulebookInForce(compile(personOf));
    refuseConflicts(inForce.now, store.committed);
    const steady = () => clock.steady();
    const roster = createRoster(() => inForce.now, store.committed.links(), steady);
    const failed = recordDirectoryFailures(() => context, steady);
    const context: Context = {
      ...log,
      random,
      get rulebook() {
        return roster.now;
      },
      inForce,
      roster,
      directories: createDirectories(directories, { roster, inForce }, steady, failed),
      signer: openGrantSigner(keyDir, audit.keys.grant),
      sealer: openSealer(keyDir, audit.keys.grant),
      presence: createPresence(steady),
      attempts: createAttempts(steady),
      refusals: createRefusalCount(steady),
      progress: new Map(),
      places,
    };
    await adoptPolicy(context);
    await revokeRestored(context);
    return context;
  } catch (cause) {
    store.close();
    throw cause;
  }
}
