import type { PersonId } from '../core/request.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { KEYTURN } from './context.ts';
import type { Time } from './time.ts';

/**
 * Gives each person of the config an opaque id, once and for ever. The log holds the id; the key
 * stands beside it, where it can be erased.
 */
export async function enrolPeople(
  { store, time, random }: { readonly store: Store; readonly time: Time; readonly random: Random },
  people: readonly { readonly key: string; readonly accounts: number }[],
): Promise<(key: string) => PersonId> {
  const strangers = people.filter(({ key }) => store.committed.personOf(key) === null);
  if (strangers.length > 0) {
    await store.transact((tx) => {
      for (const { key, accounts } of strangers) {
        const person = `psn_${Buffer.from(random.bytes(16)).toString('hex')}` as PersonId;
        tx.addPerson(key, person);
        tx.append({ type: 'identity.linked', person, accounts, text: { key } }, KEYTURN, time.now(), null);
      }
    });
  }
  return (key) => store.committed.personOf(key) ?? (`psn_unknown_${key}` as PersonId);
}
