import type { Instant, PersonId } from '../core/request.ts';
import type { Random } from '../ports/random.ts';
import type { Store, Transaction } from '../ports/store.ts';
import { KEYTURN } from './context.ts';
import type { Time } from './time.ts';

/** A person as the config names them, and how many accounts they have there. */
export interface NamedPerson {
  readonly key: string;
  readonly accounts: number;
}

interface Stranger extends NamedPerson {
  readonly person: PersonId;
}

/**
 * The opaque id of each person of the config, given once and for ever. The log holds the id; the key
 * stands beside it, where it can be erased. Strangers get theirs here, and MUST be enrolled with it.
 */
export function idsOf(
  { store, random }: { readonly store: Store; readonly random: Random },
  people: readonly NamedPerson[],
): { readonly personOf: (key: string) => PersonId; readonly strangers: readonly Stranger[] } {
  const strangers = people
    .filter(({ key }) => store.committed.personOf(key) === null)
    .map((one) => ({
      ...one,
      person: `psn_${Buffer.from(random.bytes(16)).toString('hex')}` as PersonId,
    }));
  const fresh = new Map(strangers.map(({ key, person }) => [key, person]));
  const personOf = (key: string) =>
    store.committed.personOf(key) ?? fresh.get(key) ?? (`psn_unknown_${key}` as PersonId);
  return { personOf, strangers };
}

export function enrol(tx: Transaction, strangers: readonly Stranger[], at: Instant): void {
  for (const { key, person, accounts } of strangers) {
    tx.addPerson(key, person);
    tx.append({ type: 'identity.linked', person, accounts, text: { key } }, KEYTURN, at, null);
  }
}

export async function enrolPeople(
  installation: { readonly store: Store; readonly time: Time; readonly random: Random },
  people: readonly NamedPerson[],
): Promise<(key: string) => PersonId> {
  const { personOf, strangers } = idsOf(installation, people);
  const { store, time } = installation;
  if (strangers.length > 0) await store.transact((tx) => enrol(tx, strangers, time.now()));
  return personOf;
}
