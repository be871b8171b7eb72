import type { Account } from '../core/identity.ts';
import type { Instant, PersonId } from '../core/request.ts';

/** The accounts that people linked, beside those of the policy file. */
export interface LinkedAccounts {
  linkedTo(account: Account): PersonId | null;
  /** Oldest first. */
  linksOf(person: PersonId): readonly Account[];
  links(): readonly { readonly account: Account; readonly person: PersonId }[];
}

/** `link` MUST fail on an account that is linked already. A person has one code at most, the newest. */
export interface StoredAccounts {
  link(account: Account, person: PersonId, at: Instant): void;
  unlink(account: Account): void;
  putLinkCode(person: PersonId, digest: string, expiresAt: Instant): void;
  linkCode(digest: string): { readonly person: PersonId; readonly expiresAt: Instant } | null;
  dropLinkCode(digest: string): void;
  /** Drops those that were over by then. */
  dropLinkCodes(before: Instant): void;
}
