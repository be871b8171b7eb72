import type { Account } from '../core/identity.ts';

/** A group that somebody else keeps, as the policy file names it: `slack_usergroup` and `S0123`. */
export interface ExternalGroup {
  readonly kind: string;
  readonly id: string;
}

/**
 * Asks a directory outside who is in a group. `membersOf` MUST ask anew each time it is called, since
 * whoever calls it wants to know how it is now; it MUST answer with all members or reject, and MUST
 * NOT answer from memory. It names people by immutable account ids, never by name or e-mail address.
 */
export interface Directory {
  /** The kind of group that it knows. */
  readonly kind: string;
  membersOf(id: string): Promise<readonly Account[]>;
}
