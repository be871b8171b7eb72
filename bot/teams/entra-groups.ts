import { type Account, toAccount } from '../core/identity.ts';
import type { Directory } from '../ports/directory.ts';
import type { Endpoints } from './endpoints.ts';
import { fetchJson } from './fetch-json.ts';
import { GraphMembers } from './schema.ts';
import type { TokenSource } from './token.ts';

/** Whoever asks waits three seconds for all of it. */
const ANSWER_WITHIN_MS = 2_500;
const PAGE = 999;
/** More are no group of reviewers. */
const MOST_PAGES = 3;
const USER = '#microsoft.graph.user';

export const GRAPH = 'https://graph.microsoft.com';

export interface GroupParts {
  readonly endpoints: Endpoints;
  readonly tokens: TokenSource;
  readonly tenantId: string;
}

/**
 * Groups of Entra, with whoever is in a group of the group, as Microsoft Graph says it now. It asks for
 * ids alone, which the least right there is (GroupMember.Read.All) allows.
 */
export function entraGroups({ endpoints, tokens, tenantId }: GroupParts): Directory {
  const first = (id: string) =>
    `${endpoints.graph}groups/${encodeURIComponent(id)}/transitiveMembers?$select=id&$top=${PAGE}`;
  return {
    kind: 'entra_group',
    async membersOf(id): Promise<readonly Account[]> {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const found: Account[] = [];
      let next: string | undefined = first(id);
      for (let pages = 0; next !== undefined; pages += 1) {
        if (pages === MOST_PAGES) throw new Error(`it has more than ${MOST_PAGES * PAGE} members`);
        // Our token goes with it, so what an answer names is not followed just anywhere.
        if (!next.startsWith(endpoints.graph))
          throw new Error('Graph names a next page that is somewhere else');
        const page: GraphMembers = await ask(next, tokens, signal);
        for (const { '@odata.type': type, id: object } of page.value)
          if (type === USER) found.push(toAccount('teams', `${tenantId}/${object}`));
        next = page['@odata.nextLink'];
      }
      return found;
    },
  };
}

async function ask(url: string, tokens: TokenSource, signal: AbortSignal): Promise<GraphMembers> {
  const { status, body } = await fetchJson(url, {
    withinMs: ANSWER_WITHIN_MS,
    signal,
    headers: { authorization: `Bearer ${await tokens.token()}` },
  });
  if (status === 401) tokens.drop();
  if (status !== 200) throw new Error(WHY[status] ?? `Graph answers ${status}`);
  const read = GraphMembers.safeParse(body);
  if (!read.success) throw new Error('Graph answers with something else');
  return read.data;
}

const WHY: Readonly<Record<number, string>> = {
  401: 'Graph does not take our token',
  403: 'the app has no right to read groups: grant GroupMember.Read.All and consent to it',
  404: 'there is no such group in this tenant',
  429: 'Graph asks for time',
};
