import type { Said } from './connector-methods.ts';
import type { TeamsWorld } from './world.ts';

const MOST_ON_A_PAGE = 999;
const error = (status: number, code: string): Said => ({ status, body: { error: { code, message: code } } });

/** As much of Microsoft Graph as an app with GroupMember.Read.All alone may ask for. */
export function graph(world: TeamsWorld, url: URL): Said {
  const id = /^\/graph\/groups\/([0-9a-f-]{36})\/transitiveMembers$/.exec(url.pathname)?.[1];
  if (id === undefined) return error(403, 'Authorization_RequestDenied');
  // Any other property of a person is another right.
  if (url.searchParams.get('$select') !== 'id') return error(403, 'Authorization_RequestDenied');
  const top = Number(url.searchParams.get('$top') ?? 100);
  if (!(top >= 1 && top <= MOST_ON_A_PAGE)) return error(400, 'Request_BadRequest');
  const members = world.groups.get(id);
  if (members === undefined) return error(404, 'Request_ResourceNotFound');
  if (members === null) return error(403, 'Authorization_RequestDenied');
  const from = Number(url.searchParams.get('$skiptoken') ?? 0);
  const value = members
    .slice(from, from + top)
    .map((one) => ({ '@odata.type': `#microsoft.graph.${one.type}`, id: one.id }));
  if (from + top >= members.length) return { status: 200, body: { value } };
  const next = new URL(url);
  next.searchParams.set('$skiptoken', String(from + top));
  return { status: 200, body: { value, '@odata.nextLink': world.nextPage ?? next.href } };
}
