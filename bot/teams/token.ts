import type { Endpoints } from './endpoints.ts';
import { fetchJson } from './fetch-json.ts';
import { TokenAnswer } from './schema.ts';
import type { TeamsSettings } from './settings.ts';

const ANSWER_WITHIN_MS = 8_000;
/** Asked for again so long before the end, so that none ends on its way. */
const BEFORE_END_MS = 5 * 60_000;
/** Azure's own address for a machine's identity. It is reachable from that machine alone. */
const MACHINE_IDENTITY = 'http://169.254.169.254/metadata/identity/oauth2/token';

export const CONNECTOR = 'https://api.botframework.com';

/** Our own proof towards Microsoft, for one of its services. It is in memory only. */
export interface TokenSource {
  token(): Promise<string>;
  /** It was not taken: the next one is a new one. */
  drop(): void;
}

export function tokenSource(
  settings: TeamsSettings,
  { token: address }: Endpoints,
  service: string,
  now: () => number,
): TokenSource {
  let held: { readonly token: string; readonly until: number } | null = null;
  let asking: Promise<string> | null = null;

  const ask = async (): Promise<string> => {
    const { status, body } = await askFor(settings, address, service);
    const read = TokenAnswer.safeParse(body);
    // What it says instead may repeat what it was given.
    if (status !== 200 || !read.success)
      throw new Error(`Microsoft gives no token for ${service}: ${status}`);
    const { access_token: token, expires_in: seconds } = read.data;
    held = { token, until: now() + Math.max(0, seconds * 1_000 - BEFORE_END_MS) };
    return token;
  };
  return {
    token() {
      if (held !== null && now() < held.until) return Promise.resolve(held.token);
      asking ??= ask().finally(() => {
        asking = null;
      });
      return asking;
    },
    drop() {
      held = null;
    },
  };
}

function askFor({ appId, credentials }: TeamsSettings, address: string, service: string) {
  if (credentials === null) throw new Error('there are no credentials in the playground');
  if ('managedIdentity' in credentials) {
    const query = new URLSearchParams({ 'api-version': '2018-02-01', resource: service, client_id: appId });
    return fetchJson(`${MACHINE_IDENTITY}?${query}`, {
      withinMs: ANSWER_WITHIN_MS,
      headers: { metadata: 'true' },
    });
  }
  return fetchJson(address, {
    method: 'POST',
    withinMs: ANSWER_WITHIN_MS,
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: appId,
      client_secret: credentials.password,
      scope: `${service}/.default`,
    }),
  });
}
