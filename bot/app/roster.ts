import type { Account } from '../core/identity.ts';
import type { PersonId } from '../core/request.ts';
import type { ExternalGroup } from '../ports/directory.ts';
import type { Person, Rulebook } from '../ports/rulebook.ts';

/** How long the answer of a directory holds, from the moment it was asked. */
export const FRESH_MS = 60_000;

/**
 * What is known of people beside the policy file, over the file: accounts that they linked, and
 * groups that others keep. Whatever decides reads `now` inside its transaction.
 */
export interface Roster {
  /** The rulebook in force with all of it. A group that no directory answered for lately is unknown. */
  readonly now: Rulebook;
  /** When each group that others keep was last asked for, by the steady clock; undefined: no answer holds. */
  askedAt(group: ExternalGroup): number | undefined;
  /** MUST be called inside the transaction that puts it on record; undo it if that fails. */
  link(account: Account, person: PersonId): () => void;
  unlink(account: Account): () => void;
  /** An answer of a directory, or null: it has none, and what it said before counts no longer. */
  learn(group: ExternalGroup, accounts: readonly Account[] | null, askedAt: number): void;
}

interface Known {
  readonly accounts: readonly Account[];
  readonly askedAt: number;
}

export function createRoster(
  base: () => Rulebook,
  linked: readonly { readonly account: Account; readonly person: PersonId }[],
  steady: () => number,
): Roster {
  const links = new Map(linked.map(({ account, person }) => [account, person]));
  const answers = new Map<string, Known>();
  let made: { readonly from: Rulebook; readonly rulebook: Rulebook; readonly until: number } | null = null;

  const holds = (group: ExternalGroup): Known | undefined => {
    const known = answers.get(keyOf(group));
    return known !== undefined && steady() - known.askedAt < FRESH_MS ? known : undefined;
  };
  const put = (account: Account, person: PersonId | undefined): (() => void) => {
    const before = links.get(account);
    const set = (to: PersonId | undefined) => {
      if (to === undefined) links.delete(account);
      else links.set(account, to);
      made = null;
    };
    set(person);
    return () => set(before);
  };

  return {
    get now() {
      const from = base();
      if (links.size === 0 && from.externalGroups.size === 0) return from;
      if (made?.from === from && steady() < made.until) return made.rulebook;
      const until = Math.min(...[...answers.values()].map(({ askedAt }) => askedAt + FRESH_MS));
      made = { from, rulebook: over(from, links, holds), until };
      return made.rulebook;
    },
    askedAt: (group) => holds(group)?.askedAt,
    link: put,
    unlink: (account) => put(account, undefined),
    learn(group, accounts, askedAt) {
      const key = keyOf(group);
      const before = answers.get(key);
      // A slow answer must not take the place of one that was asked for later.
      if (before !== undefined && before.askedAt > askedAt) return;
      const held = holds(group);
      if (accounts === null) answers.delete(key);
      else answers.set(key, { accounts, askedAt });
      if (accounts === null || held === undefined || !isSame(held.accounts, accounts)) made = null;
      else if (made !== null)
        made = { ...made, until: Math.min(...[...answers.values()].map((one) => one.askedAt + FRESH_MS)) };
    },
  };
}

function keyOf({ kind, id }: ExternalGroup): string {
  return `${kind} ${id}`;
}

function isSame(a: readonly Account[], b: readonly Account[]): boolean {
  return a.length === b.length && a.every((account, index) => account === b[index]);
}

function over(
  base: Rulebook,
  links: ReadonlyMap<Account, PersonId>,
  answerOf: (group: ExternalGroup) => Known | undefined,
): Rulebook {
  const accounts = new Map(base.accounts);
  for (const [account, person] of links) {
    const other = accounts.get(account);
    // No file is loaded that says otherwise than a link. Should one be, the account is nobody's.
    if (other !== undefined && other !== person) accounts.delete(account);
    else accounts.set(account, person);
  }
  const unknownGroups = new Set<string>();
  const joined = new Map<string, readonly PersonId[]>();
  for (const [name, sources] of base.externalGroups) {
    const known = sources.map(answerOf);
    if (known.includes(undefined)) unknownGroups.add(name);
    const people = known.flatMap((answer) =>
      (answer?.accounts ?? []).flatMap((one) => accounts.get(one) ?? []),
    );
    joined.set(
      name,
      [...new Set(people)].filter((person) => base.people.has(person)),
    );
  }
  const members = (group: string) => [
    ...new Set([...base.policy.members(group), ...(joined.get(group) ?? [])]),
  ];
  return {
    ...base,
    accounts,
    unknownGroups,
    people: withGroups(base.people, joined),
    policy: { ...base.policy, members },
  };
}

function withGroups(
  people: Rulebook['people'],
  joined: ReadonlyMap<string, readonly PersonId[]>,
): Rulebook['people'] {
  const all = new Map<PersonId, Person>(people);
  for (const [group, members] of joined) {
    for (const id of members) {
      const person = all.get(id);
      if (person === undefined || person.groups.includes(group)) continue;
      all.set(id, { ...person, groups: [...person.groups, group] });
    }
  }
  return all;
}
