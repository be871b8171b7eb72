import type { ActionRequest, Exclusion, PersonId, Risk, Unresolved } from './request.ts';

/** Somebody behind a request, as a connector knows them: the author of a commit, who pushed, who ran it. */
export interface Identity {
  /** `github:github.com/583231`; or whatever the connector has, where that is no lasting id. */
  readonly account: string;
  readonly because: string;
}

/** Who of them is a person, and so excluded, and who is nobody that is known. */
export function toExclusions(
  identities: readonly Identity[],
  personOf: (account: string) => PersonId | null,
): { readonly exclusions: readonly Exclusion[]; readonly unresolved: readonly Unresolved[] } {
  const exclusions: Exclusion[] = [];
  const unresolved: Unresolved[] = [];
  for (const { account, because } of identities) {
    const person = personOf(account);
    if (person !== null) exclusions.push({ person, because });
    else if (!unresolved.some((one) => one.account === account)) unresolved.push({ account, because });
  }
  return { exclusions, unresolved };
}

/** Whoever that is, they may be about to approve their own work. Where much is at stake, nobody may. */
export function isTooUnsure({ unresolved }: Pick<ActionRequest, 'unresolved'>, risk: Risk): boolean {
  return unresolved.length > 0 && (risk === 'high' || risk === 'critical');
}

/** As it stands beside the log: an account is a person's, also one that nobody knows. */
export function unresolvedLine({ account, because }: Unresolved): string {
  return `${account} (${because})`;
}
