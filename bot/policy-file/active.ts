import type { Draft } from './draft.ts';
import { isKeptElsewhere } from './external-groups.ts';
import type { PolicyFile } from './schema.ts';

/**
 * The file as it counts: whoever is not active is in no group, on no list and has no account, as if
 * they were not there. As a client's owner and in `exclude` they stay: what they answer for does not
 * pass to nobody.
 */
export function withoutInactive(file: PolicyFile): PolicyFile {
  const isActive = (key: string) => file.people[key]?.active ?? false;
  if (Object.keys(file.people).every(isActive)) return file;
  const only = <T>(section: Readonly<Record<string, T>>, change: (entry: T) => T) =>
    Object.fromEntries(Object.entries(section).map(([key, entry]) => [key, change(entry)]));
  return {
    ...file,
    people: Object.fromEntries(Object.entries(file.people).filter(([key]) => isActive(key))),
    groups: only(file.groups, (group) => ({ ...group, members: group.members.filter(isActive) })),
    auditors: file.auditors.filter(isActive),
    clients: only(file.clients, (client) => ({
      ...client,
      may_act_for: (client.may_act_for ?? [client.owner]).filter(isActive),
    })),
  };
}

/** The groups of a file that may be half read, with the members that count. */
export function activeGroups(
  draft: Draft,
): (name: string) => { readonly members: readonly string[] } | null | undefined {
  return (name) => {
    const group = draft.groups.get(name);
    if (isKeptElsewhere(group)) return null;
    return group
      ? { members: group.members.filter((key) => draft.people.get(key)?.active !== false) }
      : group;
  };
}
