import { describe, expect, it } from 'vitest';
import { toConfiguration } from '../../../bot/cli/configuration.ts';
import { problemsOf, SOUND } from './sound-policy.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const KEY = `whsk_${Buffer.alloc(32, 7).toString('base64')}`;
const FILE = '/etc/keyturn/keyturn.yaml';

/** The sound policy with one endpoint, on a line of its own. */
const billing = (text: string) => `${SOUND}events:\n  billing: { ${text} }\n`;
const URL_AND_SECRET = 'url: "https://hooks.example/keyturn", sign_secret_env: S';
const lines = SOUND.split('\n').length;
const line = lines + 1;

const read = (text: string, env: Record<string, string>) => toConfiguration(text, FILE, env).events;

describe('events in the policy file', () => {
  it('are taken with their secrets from the environment, the newest first', () => {
    const text = billing(
      'url: "https://hooks.example/", sign_secret_env: [NEW, OLD], types: [request.decided]',
    );
    const [endpoint] = read(text, { NEW: KEY, OLD: SECRET });
    expect(endpoint).toMatchObject({ name: 'billing', url: 'https://hooks.example/' });
    expect([...(endpoint?.types ?? [])]).toEqual(['request.decided']);
    expect(endpoint?.signers.map((sign) => sign('x').split(',')[0])).toEqual(['v1a', 'v1']);
  });

  it('take everything and public addresses only, where nothing is said', () => {
    const [endpoint] = read(billing(URL_AND_SECRET), { S: SECRET });
    expect(endpoint?.types.size).toBe(4);
    expect(
      ['93.184.216.34', '127.0.0.1', '10.0.0.1'].map((address) => endpoint?.addressRule(address)),
    ).toEqual([true, false, false]);
  });

  it('may have their address in the environment, and are then known by what it is', () => {
    const text = billing('url_env: HOOK, sign_secret_env: S');
    const at = (url: string) => read(text, { HOOK: url, S: SECRET })[0];
    expect(at('https://a.example/x')?.url).toBe('https://a.example/x');
    expect(at('https://a.example/x')?.address).not.toBe(at('https://a.example/y')?.address);
  });

  it.each([
    ['no address', 'sign_secret_env: S', 'events.billing', 'needs either url or url_env'],
    ['two addresses', `${URL_AND_SECRET}, url_env: U`, 'events.billing', 'needs either url or url_env'],
    ['no secret', 'url: "https://a.example/"', 'events.billing.sign_secret_env', 'is missing'],
    ['plain http', 'url: "http://a.example/", sign_secret_env: S', 'events.billing.url', 'must be https'],
    [
      'an address with a password',
      'url: "https://a:b@c.example/", sign_secret_env: S',
      'events.billing.url',
      'without user',
    ],
    [
      'an empty list of secrets',
      'url: "https://a.example/", sign_secret_env: []',
      'events.billing.sign_secret_env',
      'must not be empty',
    ],
    [
      'one secret twice',
      'url: "https://a.example/", sign_secret_env: [S, S]',
      'events.billing.sign_secret_env',
      'names S twice',
    ],
    [
      'four secrets',
      'url: "https://a.example/", sign_secret_env: [A, B, C, D]',
      'events.billing.sign_secret_env',
      'at most 3',
    ],
    [
      'a secret itself',
      `url: "https://a.example/", sign_secret_env: ${SECRET}`,
      'events.billing.sign_secret_env',
      'must be the name of an environment variable',
    ],
    ['no type', `${URL_AND_SECRET}, types: []`, 'events.billing.types', 'must not be empty'],
    [
      'a type that there is not',
      `${URL_AND_SECRET}, types: [request.viewed]`,
      'events.billing.types[0]',
      'must be',
    ],
    [
      'a range that is none',
      `${URL_AND_SECRET}, allow_cidrs: [10.0.0.0/33]`,
      'events.billing.allow_cidrs[0]',
      'must be an address range',
    ],
    [
      'an unknown key',
      `${URL_AND_SECRET}, retries: 3`,
      'events.billing.retries',
      'is not a key that can stand here',
    ],
  ])('with %s are refused, with the line', (_what, text, path, message) => {
    expect(problemsOf(billing(text))).toEqual([{ line, path, message: expect.stringContaining(message) }]);
  });

  it.each([
    [
      'a secret that is not set',
      URL_AND_SECRET,
      {},
      'S, named by events.billing.sign_secret_env, is not set',
    ],
    [
      'a secret that is none',
      URL_AND_SECRET,
      { S: 'hunter2hunter2hunter2' },
      'S, named by events.billing.sign_secret_env, must be whsec_',
    ],
    [
      'an address that is not set',
      'url_env: U, sign_secret_env: S',
      { S: SECRET },
      'U, named by events.billing.url_env, is not set',
    ],
    [
      'an address in the clear',
      'url_env: U, sign_secret_env: S',
      { S: SECRET, U: 'http://a.example/t0ken' },
      'U, named by events.billing.url_env, must be https',
    ],
    [
      'an address that is none',
      'url_env: U, sign_secret_env: S',
      { S: SECRET, U: 't0ken' },
      'U, named by events.billing.url_env, is no URL',
    ],
  ])('do not start with %s, and do not repeat it', (_what, text, env, message) => {
    expect(() => read(billing(text), env)).toThrow(message);
    expect(() => read(billing(text), env)).not.toThrow(/hunter2|t0ken/);
  });

  it('cannot change while Keyturn runs', () => {
    const { fixed } = toConfiguration(billing(URL_AND_SECRET), FILE, { S: SECRET });
    expect(fixed.sections).toHaveProperty('events');
  });
});
