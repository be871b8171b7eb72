import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, it } from 'vitest';
import { compileRulebook } from '../../../bot/policy-file/compile.ts';
import { readSettings } from '../../../bot/policy-file/settings.ts';
import { refusesEach } from './refuses-each.ts';
import { changed, SOUND, soundFile } from './sound-policy.ts';

const AUTH = /auth: \{ token_sha256: d+ \}/.exec(SOUND)?.[0] ?? '';
const GITHUB = 'connectors: { github: { app_id: "12", private_key_env: APP_KEY, webhook_secret_env: HOOK } }';
const withTop = (text: string, top: string) => text.replace('version: 1', `version: 1\n${top}`);
const APP_KEY = String(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
);
// As a variable that cannot hold several lines.
const ENV = { APP_KEY: APP_KEY.replaceAll('\n', '\\n'), HOOK: 'y'.repeat(40) };
const settings = (text: string, env: Record<string, string>) =>
  readSettings(soundFile(text), '/etc/keyturn/keyturn.yaml', env);

it('a client of a source is known by what the source says of it, and its secrets come from the environment', () => {
  const text = withTop(changed([AUTH, 'auth: { github: { repository_id: "7300" } }']), GITHUB);
  const { sources } = settings(text, ENV);
  expect(sources.github).toEqual({
    appId: '12',
    privateKey: APP_KEY,
    webhookSecret: ENV.HOOK,
    apiUrl: 'https://api.github.com',
  });
  const rulebook = compileRulebook(soundFile(text), (key) => `per_${key}` as never, new Map());
  const [client] = [...rulebook.clients.values()];
  expect(client?.source).toMatchObject({ connector: 'github', claims: { repository_id: '7300' } });
});

it('says by name which variable of a source is missing, or too short to be a secret', () => {
  const text = withTop(changed([AUTH, 'auth: { github: { repository_id: "7300" } }']), GITHUB);
  expect(() => settings(text, { APP_KEY: 'short' })).toThrow(
    /APP_KEY, named by connectors.github.private_key_env, is shorter.*HOOK, named by connectors.github.webhook_secret_env, is not set/,
  );
});

it('a client that signs its webhooks has the keys of both kinds, each with an id that gives nothing away', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const text = changed([AUTH, `auth: { webhook: { secret_env: [A, B], public_key: whpk_${raw} } }`]);
  const { webhookKeys } = settings(text, { A: secret, B: `whsec_${Buffer.alloc(24, 8).toString('base64')}` });
  const keys = webhookKeys.get('deploy-agent') ?? [];
  expect(keys.map(({ kind }) => kind)).toEqual(['hmac', 'hmac', 'ed25519']);
  const signed = Buffer.from('msg.1.{}');
  expect(keys.map(({ verifies }) => verifies(signed, sign(null, signed, privateKey)))).toEqual([
    false,
    false,
    true,
  ]);
  expect(JSON.stringify(keys)).not.toContain(secret.slice(6, 20));
  expect(() => settings(text, { A: 'whsec_c2hvcnQ=', B: secret })).toThrow(/A must hold whsec_/);
});

refusesEach([
  [
    'a source that is not set up',
    [AUTH, 'auth: { github: { repository_id: "7300" } } # HERE'],
    'clients.deploy-agent.auth.github',
    'needs a section connectors.github',
  ],
  [
    'a client without any way to authenticate',
    [AUTH, 'auth: {} # HERE'],
    'clients.deploy-agent.auth',
    'nobody could authenticate as this client',
  ],
  [
    'a webhook that anybody could send',
    [AUTH, 'auth: { webhook: {} } # HERE'],
    'clients.deploy-agent.auth.webhook',
    'needs a secret_env or a public_key',
  ],
  [
    'a repository by its name',
    [AUTH, 'auth: { github: { repository_id: acme/api } } # HERE'],
    'clients.deploy-agent.auth.github.repository_id',
    'must be a number in quotes',
  ],
]);
