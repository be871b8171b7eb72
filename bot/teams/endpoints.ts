import type { TeamsSettings } from './settings.ts';

/** Where Microsoft's side is. Everything that we send or believe goes to or comes from one of these. */
export interface Endpoints {
  /** The document that names the keys which sign what comes in. */
  readonly openId: string;
  readonly token: string;
  readonly graph: string;
  /** Where to post before anything came in that says it better. */
  readonly service: string;
  isKeyAddress(url: URL): boolean;
  /** Whether a file may be sent there. No token goes with it, and what is in it must not go anywhere else. */
  isUpload(url: URL): boolean;
  /** Whether our token may be sent there: whoever gets it can write as the bot. */
  isService(url: URL): boolean;
}

/** Public cloud and GCC: the same issuer signs for both. */
const SERVICE_HOSTS: ReadonlySet<string> = new Set([
  'smba.trafficmanager.net',
  'smba.infra.gcc.teams.microsoft.com',
]);
/** OneDrive for work, of whichever tenant: the address comes in an activity that Teams signed. */
const UPLOAD_HOST = /^[a-z0-9][a-z0-9-]{0,62}\.sharepoint\.com$/;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

export function endpointsOf({ apiUrl, tenantId, playground }: TeamsSettings): Endpoints {
  if (apiUrl !== null) return testEndpoints(apiUrl, tenantId);
  return {
    openId: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
    token: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
    graph: 'https://graph.microsoft.com/v1.0/',
    service: playground ? 'http://localhost:56150/_connector/' : 'https://smba.trafficmanager.net/teams/',
    isKeyAddress: ({ protocol, host }) => protocol === 'https:' && host === 'login.botframework.com',
    isUpload: ({ protocol, host, username }) =>
      protocol === 'https:' && username === '' && UPLOAD_HOST.test(host),
    isService: playground
      ? ({ hostname }) => LOOPBACK.has(hostname)
      : ({ protocol, host }) => protocol === 'https:' && SERVICE_HOSTS.has(host),
  };
}

function testEndpoints(apiUrl: string, tenantId: string): Endpoints {
  const { origin } = new URL(apiUrl);
  const isOwn = (url: URL) => url.origin === origin;
  return {
    openId: `${origin}/v1/.well-known/openidconfiguration`,
    token: `${origin}/${tenantId}/oauth2/v2.0/token`,
    graph: `${origin}/graph/`,
    service: `${origin}/teams/`,
    isKeyAddress: isOwn,
    isUpload: isOwn,
    isService: isOwn,
  };
}
