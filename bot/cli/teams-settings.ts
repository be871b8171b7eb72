import { KeyturnFault } from '../core/fault.ts';
import type { Path } from '../policy-file/problem.ts';
import type { PolicyFile } from '../policy-file/schema.ts';
import { LoopbackHost } from '../policy-file/schema-names.ts';
import type { Credentials, TeamsSettings } from '../teams/settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const IDENTITY_ADDRESS =
  /^http:\/\/(127\.0\.0\.1|localhost|169\.254\.[0-9]{1,3}\.[0-9]{1,3})(:[0-9]{1,5})?(\/[A-Za-z0-9/._-]*)?$/;
const NAMES = [
  'TEAMS_APP_PASSWORD',
  'TEAMS_TENANT_ID',
  'TEAMS_MANAGED_IDENTITY',
  'KEYTURN_TEAMS_PLAYGROUND',
] as const;

/**
 * How to reach Teams, from the environment alone. Null when nothing of it is set. Half of it, or a
 * policy that names Teams without it, does not start: an empty app id would let anybody in.
 */
export function readTeamsSettings(
  file: PolicyFile,
  env: Environment,
  /** Where the server listens. */
  host: string,
  /** Words for a problem at this place of the file. */
  at: (path: Path) => (message: string) => string,
): TeamsSettings | null {
  const given = (name: string) => (env[name] === '' ? undefined : env[name]);
  const problems: string[] = [];
  const appId = given('TEAMS_APP_ID');
  if (appId === undefined) {
    for (const name of NAMES)
      if (given(name) !== undefined) problems.push(`${name} is set, and TEAMS_APP_ID is not`);
    needEntra(file, at, problems);
    for (const path of teamsPlaces(file))
      problems.push(at(path)('names Teams, and TEAMS_APP_ID is not set: nobody would see it'));
    return done(problems, null);
  }
  const playground = readSwitch('KEYTURN_TEAMS_PLAYGROUND', given, problems);
  const managed = readSwitch('TEAMS_MANAGED_IDENTITY', given, problems);
  const tenantId = given('TEAMS_TENANT_ID');
  const password = given('TEAMS_APP_PASSWORD');
  if (!UUID.test(appId))
    problems.push('TEAMS_APP_ID must be the id of an app registration, a lowercase UUID');
  if (tenantId === undefined || !UUID.test(tenantId))
    problems.push('TEAMS_TENANT_ID must be the id of your tenant, a lowercase UUID');
  if (playground) {
    needEntra(file, at, problems);
    if (!LoopbackHost.safeParse(host).success || file.listen.public_url !== undefined)
      problems.push(
        'KEYTURN_TEAMS_PLAYGROUND takes unsigned messages, so listen.host must be a loopback address and listen.public_url must not be set',
      );
    if (password !== undefined || managed)
      problems.push('KEYTURN_TEAMS_PLAYGROUND is for the playground alone: take the credentials away');
  } else if (managed === (password !== undefined)) {
    problems.push(
      'TEAMS_APP_PASSWORD or TEAMS_MANAGED_IDENTITY=1 must be set beside TEAMS_APP_ID, and not both',
    );
  } else if (password !== undefined && !/^[\x21-\x7e]{8,300}$/.test(password)) {
    problems.push('TEAMS_APP_PASSWORD is not a client secret');
  }
  const apiUrl = readApiUrl(given('TEAMS_API_URL'), problems);
  const credentials = playground
    ? null
    : managed
      ? readIdentity(given, problems)
      : { password: password ?? '' };
  return done(problems, { appId, tenantId: tenantId ?? '', credentials, apiUrl, playground });
}

function done<T>(problems: readonly string[], settings: T): T {
  if (problems.length > 0) throw new KeyturnFault('CONFIG_INVALID', problems.join('\n'));
  return settings;
}

function readSwitch(name: string, given: (name: string) => string | undefined, problems: string[]): boolean {
  const value = given(name);
  if (value !== undefined && value !== '1') problems.push(`${name} must be 1, or not be set`);
  return value === '1';
}

/** A group that nobody can be asked for would be unknown for ever, and what hangs on it refused. */
function needEntra(file: PolicyFile, at: (path: Path) => (message: string) => string, problems: string[]) {
  for (const [name, { entra_group: group }] of Object.entries(file.groups))
    if (group !== undefined)
      problems.push(
        at(['groups', name, 'entra_group'])(
          'needs TEAMS_APP_ID with credentials (not the playground): nobody would be in it',
        ),
      );
}

/** Which of Azure's identities this runs with, by what Azure itself puts into the environment. */
function readIdentity(given: (name: string) => string | undefined, problems: string[]): Credentials {
  const file = given('AZURE_FEDERATED_TOKEN_FILE');
  if (file !== undefined) return { federatedTokenFile: file };
  const [endpoint, header] = [given('IDENTITY_ENDPOINT'), given('IDENTITY_HEADER')];
  if (endpoint === undefined && header === undefined) return { managedIdentity: true };
  // What is asked there gets to know a secret, and what it says is believed: so it is beside us.
  if (endpoint === undefined || header === undefined || !IDENTITY_ADDRESS.test(endpoint))
    problems.push(
      'IDENTITY_ENDPOINT and IDENTITY_HEADER must both be set, as Azure sets them: an address of this machine, and a word',
    );
  return { identityEndpoint: endpoint ?? '', identityHeader: header ?? '' };
}

/** Where the policy sends somebody to Teams. */
function teamsPlaces(file: PolicyFile): readonly Path[] {
  return [
    ...Object.entries(file.plans).flatMap(([id, { notify }]) =>
      notify.teams === undefined ? [] : [['plans', id, 'notify', 'teams']],
    ),
    ...file.break_glass.flatMap(({ notify }, index) =>
      notify.teams === undefined ? [] : [['break_glass', index, 'notify', 'teams']],
    ),
    ...(file.security_notices?.teams === undefined ? [] : [['security_notices', 'teams']]),
  ];
}

/** Our secret goes there, and the keys come from there: so it is on this machine, or it is Microsoft. */
function readApiUrl(text: string | undefined, problems: string[]): string | null {
  if (text === undefined) return null;
  if (URL.canParse(text) && /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?\/?$/.test(text))
    return text;
  problems.push('TEAMS_API_URL must be an address of this machine, and is for tests');
  return null;
}
