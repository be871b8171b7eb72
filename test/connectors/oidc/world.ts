import { FakeClock } from '../../helpers/fake-clock.ts';
import { FakeIssuer } from '../../helpers/fake-issuer.ts';
import type { RulebookChanges } from '../../helpers/rulebook.ts';
import { aSubmission, startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';

export interface OidcWorld {
  readonly keyturn: TestKeyturn;
  readonly issuer: FakeIssuer;
}

/** A real Keyturn whose client `ci` comes with tokens of an issuer of its own. */
export async function oidcWorld(
  changes: RulebookChanges = {},
  trust: Parameters<FakeIssuer['trust']>[0] = {},
): Promise<OidcWorld> {
  const clock = new FakeClock();
  const issuer = await FakeIssuer.start(() => clock.wall());
  const keyturn = await startKeyturn({ oidc: issuer.trust(trust), ...changes }, { clock });
  return { keyturn, issuer };
}

export async function exchange({ keyturn }: Pick<OidcWorld, 'keyturn'>, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${keyturn.url}/v1/token`, { method: 'POST', headers });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

/** A session of the job that this token is of. */
export async function aSession(world: OidcWorld, claims: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await exchange(world, await world.issuer.token({ claims }));
  if (status !== 201) throw new Error(JSON.stringify(body));
  return String(body['token']);
}

export async function callAs(
  { keyturn }: Pick<OidcWorld, 'keyturn'>,
  token: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${keyturn.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the wire says, and asserts on it
  return { status: response.status, body: (await response.json()) as any };
}

export function ask(world: OidcWorld, token: string, more: Record<string, unknown> = {}, headers = {}) {
  return callAs(world, token, 'POST', '/v1/requests', aSubmission(more), headers);
}
