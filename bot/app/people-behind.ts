import { KeyturnFault } from '../core/fault.ts';
import { readAccount } from '../core/identity.ts';
import { type Identity, toExclusions } from '../core/unresolved.ts';
import { visible } from '../core/visible.ts';
import type { Context } from './context.ts';

const MOST_IDENTITIES = 200;
const LONGEST_IDENTITY = 200;

/** Who stands behind a request by what a connector knows: people to exclude, and those nobody could name. */
export function peopleBehind({ rulebook }: Context, identities: readonly Identity[]) {
  if (identities.length > MOST_IDENTITIES)
    throw new KeyturnFault('IMPOSSIBLE', `a connector named more than ${MOST_IDENTITIES} identities`);
  const bounded = identities.map(({ account, because }) => ({
    account: visible(account).slice(0, LONGEST_IDENTITY),
    because: visible(because).slice(0, LONGEST_IDENTITY),
  }));
  return toExclusions(bounded, (text) => {
    const account = readAccount(text);
    return account === null ? null : (rulebook.accounts.get(account) ?? null);
  });
}
