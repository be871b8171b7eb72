import { KeyturnFault } from '../core/fault.ts';
import type { PersonId } from '../core/request.ts';
import type { LinkedAccounts } from '../ports/accounts.ts';
import type { Rulebook } from '../ports/rulebook.ts';

/** A file that gives somebody an account which another person has linked makes one of them the other. */
export function refuseConflicts(
  { accounts, people }: Rulebook,
  linked: Pick<LinkedAccounts, 'links'> & { keyOf(person: PersonId): string | null },
): void {
  const nameOf = (person: PersonId) => people.get(person)?.key ?? linked.keyOf(person) ?? person;
  const problems = linked.links().flatMap(({ account, person }) => {
    const other = accounts.get(account);
    return other === undefined || other === person
      ? []
      : [
          `people.${nameOf(other)}.accounts: ${account} is linked to ${nameOf(person)} already; take it out of the file, or run: keyturn people unlink ${account}`,
        ];
  });
  if (problems.length > 0) throw new KeyturnFault('CONFIG_INVALID', problems.join('\n'));
}
