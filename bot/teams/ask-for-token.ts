import { readFile } from 'node:fs/promises';
import { type Fetched, fetchJson } from './fetch-json.ts';
import type { TeamsSettings } from './settings.ts';

const ANSWER_WITHIN_MS = 8_000;
/** Azure's own address for a machine's identity. It is reachable from that machine alone. */
const MACHINE_IDENTITY = 'http://169.254.169.254/metadata/identity/oauth2/token';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Proves to Microsoft that this is the app, in whichever way it was set up. */
export async function askForToken(
  { appId, credentials }: TeamsSettings,
  address: string,
  service: string,
): Promise<Fetched> {
  if (credentials === null) throw new Error('there are no credentials in the playground');
  if ('managedIdentity' in credentials)
    return askIdentity(MACHINE_IDENTITY, '2018-02-01', { appId, service }, { metadata: 'true' });
  if ('identityEndpoint' in credentials) {
    const { identityEndpoint, identityHeader } = credentials;
    const headers = { 'x-identity-header': identityHeader };
    return askIdentity(identityEndpoint, '2019-08-01', { appId, service }, headers);
  }
  const proof =
    'password' in credentials
      ? { client_secret: credentials.password }
      : {
          client_assertion_type: ASSERTION,
          client_assertion: await readAssertion(credentials.federatedTokenFile),
        };
  return fetchJson(address, {
    method: 'POST',
    withinMs: ANSWER_WITHIN_MS,
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: appId,
      scope: `${service}/.default`,
      ...proof,
    }),
  });
}

function askIdentity(
  endpoint: string,
  version: string,
  { appId, service }: { readonly appId: string; readonly service: string },
  headers: Readonly<Record<string, string>>,
): Promise<Fetched> {
  const query = new URLSearchParams({ 'api-version': version, resource: service, client_id: appId });
  return fetchJson(`${endpoint}?${query}`, { withinMs: ANSWER_WITHIN_MS, headers });
}

/** Read each time: Kubernetes writes another one long before the last has ended. */
async function readAssertion(path: string): Promise<string> {
  const text = (await readFile(path, 'utf8')).trim();
  if (!/^[A-Za-z0-9_.-]{1,16384}$/.test(text)) throw new Error('AZURE_FEDERATED_TOKEN_FILE holds no token');
  return text;
}
