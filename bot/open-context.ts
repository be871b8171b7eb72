import { openGrantSigner } from '../store/keys/grant-key.ts';
import { adoptPolicy } from './app/adopt-policy.ts';
import type { Context } from './app/context.ts';
import { enrolPeople } from './app/enrol-people.ts';
import { createPresence } from './app/presence.ts';
import type { PersonId } from './core/request.ts';
import { type LogPlace, type Machine, type OpenLog, openLog } from './open-log.ts';
import type { Places } from './ports/places.ts';
import type { Rulebook } from './ports/rulebook.ts';

export interface Installation extends LogPlace {
  readonly people: readonly { readonly key: string; readonly accounts: number }[];
  readonly compile: (personOf: (key: string) => PersonId) => Rulebook;
}

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
  { clock, random }: Machine,
  places: Places,
): Promise<Context> {
  const { store, time } = log;
  try {
    const personOf = await enrolPeople({ store, time, random }, people);
    const context: Context = {
      ...log,
      random,
      rulebook: compile(personOf),
      signer: openGrantSigner(keyDir, audit.keys.grant),
      presence: createPresence(() => clock.steady()),
      places,
    };
    await adoptPolicy(context);
    return context;
  } catch (cause) {
    store.close();
    throw cause;
  }
}
