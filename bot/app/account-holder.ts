import type { Account } from '../core/identity.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { Proof, Via } from '../core/request.ts';
import type { Context, PersonCaller } from './context.ts';

/**
 * The person who acts with this account, by the policy in force and by what was linked since. An
 * account of nobody, of somebody who left, or of two is `UNKNOWN_ACCOUNT`. The face MUST have proven
 * that whoever acts holds the account.
 */
export function holderOf(
  { rulebook }: Pick<Context, 'rulebook'>,
  account: Account,
  how: { readonly via: Via; readonly proof: Proof },
): PersonCaller | Refusal {
  const id = rulebook.accounts.get(account);
  const person = id === undefined ? undefined : rulebook.people.get(id);
  if (person === undefined) return refuse('UNKNOWN_ACCOUNT');
  const roles = rulebook.auditors.has(person.id) ? [...person.groups, 'auditor'] : person.groups;
  const actor = {
    kind: 'person',
    person: person.id,
    via: how.via,
    account,
    verifiedBy: how.proof,
    roles,
  } as const;
  return { actor, id: person.id, key: person.key };
}
