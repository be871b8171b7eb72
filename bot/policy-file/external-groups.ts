import type { ExternalGroup } from '../ports/directory.ts';
import type { PolicyFile } from './schema.ts';

type Groups = PolicyFile['groups'];

function sourcesOf({ slack_usergroup: slack, entra_group: entra }: Groups[string]): readonly ExternalGroup[] {
  return [
    ...(slack === undefined ? [] : [{ kind: 'slack_usergroup', id: slack }]),
    ...(entra === undefined ? [] : [{ kind: 'entra_group', id: entra }]),
  ];
}

/** The groups that others keep as well, and who does. */
export function externalGroupsOf(groups: Groups): ReadonlyMap<string, readonly ExternalGroup[]> {
  const all = Object.entries(groups).map(([name, group]) => [name, sourcesOf(group)] as const);
  return new Map(all.filter(([, sources]) => sources.length > 0));
}

/** Who is in such a group the file alone cannot say. */
export function isKeptElsewhere(group: Groups[string] | null | undefined): boolean {
  return group != null && sourcesOf(group).length > 0;
}
