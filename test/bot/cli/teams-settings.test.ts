import { describe, expect, it } from 'vitest';
import { toConfiguration } from '../../../bot/cli/configuration.ts';
import { changed, SOUND } from '../policy-file/sound-policy.ts';

const APP = { TEAMS_APP_ID: '99999999-8888-7777-6666-555555555555' };
const TENANT = { TEAMS_TENANT_ID: '11111111-2222-3333-4444-555555555555' };
const SECRET = { TEAMS_APP_PASSWORD: 'a-client-secret~0123456789' };
const WITH_GROUP = changed([
  'members: [carol] }',
  'members: [carol], entra_group: cccccccc-0000-4000-8000-000000000001 }',
]);
const PLAYGROUND = { KEYTURN_TEAMS_PLAYGROUND: '1' };

const read = (env: Record<string, string>, text = SOUND) => toConfiguration(text, 'keyturn.yaml', env).teams;

describe('the settings of Teams', () => {
  it('are nothing where nothing is set, also where it is set to nothing', () => {
    expect(read({})).toBeNull();
    expect(read({ TEAMS_APP_ID: '', TEAMS_TENANT_ID: '', TEAMS_APP_PASSWORD: '' })).toBeNull();
  });

  it('are an app of one tenant, with a secret or with the identity of its machine', () => {
    expect(read({ ...APP, ...TENANT, ...SECRET })).toEqual({
      appId: APP.TEAMS_APP_ID,
      tenantId: TENANT.TEAMS_TENANT_ID,
      credentials: { password: SECRET.TEAMS_APP_PASSWORD },
      apiUrl: null,
      playground: false,
    });
    expect(read({ ...APP, ...TENANT, TEAMS_MANAGED_IDENTITY: '1' })).toMatchObject({
      credentials: { managedIdentity: true },
    });
  });

  it('are the identity of an App Service or of a workload where Azure says so', () => {
    const identity = { ...APP, ...TENANT, TEAMS_MANAGED_IDENTITY: '1' };
    const service = { IDENTITY_ENDPOINT: 'http://169.254.129.3:8081/msi/token', IDENTITY_HEADER: 'a-word' };
    expect(read({ ...identity, ...service })).toMatchObject({
      credentials: { identityEndpoint: service.IDENTITY_ENDPOINT, identityHeader: 'a-word' },
    });
    const file = { AZURE_FEDERATED_TOKEN_FILE: '/var/run/secrets/azure/tokens/azure-identity-token' };
    expect(read({ ...identity, ...service, ...file })).toMatchObject({
      credentials: { federatedTokenFile: file.AZURE_FEDERATED_TOKEN_FILE },
    });
    for (const wrong of [
      { IDENTITY_HEADER: 'a-word' },
      { IDENTITY_ENDPOINT: service.IDENTITY_ENDPOINT },
      { ...service, IDENTITY_ENDPOINT: 'http://evil.example/msi/token' },
      { ...service, IDENTITY_ENDPOINT: 'http://127.0.0.1@evil.example/msi/token' },
      { ...service, IDENTITY_ENDPOINT: 'http://127.0.0.1/msi?to=elsewhere' },
    ])
      expect(() => read({ ...identity, ...wrong }), JSON.stringify(wrong)).toThrow(/IDENTITY_ENDPOINT and/);
    // Only where it was asked for: the same words stand in the environment of everything in Azure.
    expect(read({ ...APP, ...TENANT, ...SECRET, ...service, ...file })).toMatchObject({
      credentials: { password: SECRET.TEAMS_APP_PASSWORD },
    });
  });

  it('are not the playground where a group of Entra has to be asked for', () => {
    expect(() => read({ ...APP, ...TENANT, ...PLAYGROUND }, WITH_GROUP)).toThrow(/entra_group/);
  });

  it('are the playground only where it was asked for, and only on this machine', () => {
    expect(read({ ...APP, ...TENANT, ...PLAYGROUND })).toMatchObject({ playground: true, credentials: null });
    expect(() => read({ ...APP, ...TENANT, ...PLAYGROUND, HOST: '0.0.0.0' })).toThrow(/loopback/);
    const behindProxy = `${SOUND}listen: { public_url: "https://keyturn.example" }\n`;
    expect(() => read({ ...APP, ...TENANT, ...PLAYGROUND }, behindProxy)).toThrow(/public_url/);
    expect(() => read({ ...APP, ...TENANT, ...SECRET, ...PLAYGROUND })).toThrow(/credentials/);
  });

  it.each<readonly [string, Record<string, string>, RegExp]>([
    [
      'no app id beside a secret',
      { ...TENANT, ...SECRET },
      /TEAMS_APP_PASSWORD is set, and TEAMS_APP_ID is not/,
    ],
    ['an empty app id', { ...TENANT, ...SECRET, TEAMS_APP_ID: '' }, /TEAMS_APP_ID is not/],
    [
      'no app id in the playground',
      { ...TENANT, ...PLAYGROUND },
      /KEYTURN_TEAMS_PLAYGROUND is set, and TEAMS_APP_ID is not/,
    ],
    ['an app id that is none', { ...TENANT, ...SECRET, TEAMS_APP_ID: 'keyturn' }, /TEAMS_APP_ID must/],
    ['no tenant', { ...APP, ...SECRET }, /TEAMS_TENANT_ID must/],
    ['every tenant', { ...APP, ...SECRET, TEAMS_TENANT_ID: 'common' }, /TEAMS_TENANT_ID must/],
    ['no credentials', { ...APP, ...TENANT }, /TEAMS_APP_PASSWORD or TEAMS_MANAGED_IDENTITY/],
    ['two credentials', { ...APP, ...TENANT, ...SECRET, TEAMS_MANAGED_IDENTITY: '1' }, /not both/],
    [
      'half a switch',
      { ...APP, ...TENANT, KEYTURN_TEAMS_PLAYGROUND: 'yes' },
      /KEYTURN_TEAMS_PLAYGROUND must be 1/,
    ],
    ['another API', { ...APP, ...TENANT, ...SECRET, TEAMS_API_URL: 'https://teams.evil/' }, /TEAMS_API_URL/],
  ])('refuse to start with %s, and never say what a secret is', (_what, env, words) => {
    expect(() => read(env)).toThrow(words);
    try {
      read(env);
    } catch (cause) {
      expect(String(cause)).not.toContain(SECRET.TEAMS_APP_PASSWORD);
    }
  });

  it.each<readonly [string, string, RegExp]>([
    [
      'a plan',
      changed(['    expires_after: 45m', '    notify: { teams: "19:a@thread.tacv2" }']),
      /keyturn\.yaml:\d+.*plans\.two-keys\.notify\.teams.*TEAMS_APP_ID/,
    ],
    [
      'security notices',
      `${SOUND}security_notices: { teams: "19:a@thread.v2" }\n`,
      /security_notices\.teams.*TEAMS_APP_ID/,
    ],
    ['a group of Entra', WITH_GROUP, /groups\.security\.entra_group.*TEAMS_APP_ID/],
  ])('refuse a policy in which %s needs Teams and nothing is set, with its line', (_what, text, words) => {
    expect(() => read({}, text)).toThrow(words);
    expect(read({ ...APP, ...TENANT, ...SECRET }, text)).not.toBeNull();
  });
});
