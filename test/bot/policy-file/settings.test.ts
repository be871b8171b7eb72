import { describe, expect, it } from 'vitest';
import { KeyturnFault } from '../../../bot/core/fault.ts';
import { readSettings } from '../../../bot/policy-file/settings.ts';
import { changed, SOUND, soundFile } from './sound-policy.ts';

const settings = (env: Record<string, string> = {}, text = SOUND) =>
  readSettings(soundFile(text), '/etc/keyturn/keyturn.yaml', env);
const withTop = (top: string) => changed(['version: 1', `version: 1\n${top}`]);

function faultOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof KeyturnFault && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  return 'none';
}

const DAY = 86_400_000;

describe('the settings of the server', () => {
  it('have defaults, and paths that start where the file is', () => {
    expect(settings()).toEqual({
      listen: { host: '127.0.0.1', port: 3000, publicUrl: null },
      admin: { host: '127.0.0.1', port: 3001 },
      dataDir: '/etc/keyturn/data',
      keyDir: '/etc/keyturn/keys',
      log: 'keyturn.local',
      queue: { driver: 'embedded', concurrency: 4 },
      audit: {
        checkpointEveryMs: 300_000,
        anchors: [{ kind: 'file', path: '/etc/keyturn/keys/anchor.notes' }],
        keys: { checkpoint: null, nextCheckpoint: null, grant: null },
      },
      keeping: { retentionMs: 400 * DAY, archiveDir: '/etc/keyturn/archive', sinks: [] },
      events: [],
      mcp: false,
      sources: { github: null, gitlab: null, terraform: null },
      webhookKeys: new Map([['deploy-agent', []]]),
    });
  });

  it('come from the file', () => {
    const top = `listen: { host: 0.0.0.0, port: 80, public_url: "https://keyturn.example/" }
admin: { host: "::1", port: 9000 }
data_dir: ../data
key_dir: /srv/keys
audit: { log: keyturn.example, checkpoint_every: 90s, anchors: [{ file: ../worm/notes }, { webhook_env: HOOK }], retention: 365d, archive_dir: /srv/archive, stream: [{ file: ../siem.jsonl }, { webhook_env: SIEM }] }`;
    const env = {
      HOOK: 'https://chat.example/hook',
      SIEM: 'https://siem.example/in',
      KEYTURN_CHECKPOINT_KEY: 'PEM',
      KEYTURN_GRANT_KEY: '',
    };
    expect(settings(env, withTop(top))).toEqual({
      listen: { host: '0.0.0.0', port: 80, publicUrl: 'https://keyturn.example' },
      admin: { host: '::1', port: 9000 },
      dataDir: '/etc/data',
      keyDir: '/srv/keys',
      log: 'keyturn.example',
      queue: { driver: 'embedded', concurrency: 4 },
      audit: {
        checkpointEveryMs: 90_000,
        anchors: [
          { kind: 'file', path: '/etc/worm/notes' },
          { kind: 'webhook', variable: 'HOOK', url: 'https://chat.example/hook' },
        ],
        keys: { checkpoint: 'PEM', nextCheckpoint: null, grant: null },
      },
      events: [],
      mcp: false,
      sources: { github: null, gitlab: null, terraform: null },
      webhookKeys: new Map([['deploy-agent', []]]),
      keeping: {
        retentionMs: 365 * DAY,
        archiveDir: '/srv/archive',
        sinks: [
          { kind: 'file', path: '/etc/siem.jsonl' },
          { kind: 'webhook', variable: 'SIEM', url: 'https://siem.example/in' },
        ],
      },
    });
  });

  it('give way to the environment', () => {
    const env = { KEYTURN_DATA_DIR: '/data', KEYTURN_KEY_DIR: '/keys', HOST: '::', PORT: '8080' };
    expect(settings(env)).toMatchObject({
      listen: { host: '::', port: 8080 },
      dataDir: '/data',
      keyDir: '/keys',
    });
    const empty = { KEYTURN_DATA_DIR: '', KEYTURN_KEY_DIR: '', HOST: '', PORT: '' };
    expect(settings(empty)).toEqual(settings());
  });

  it.each(['', ' ', '-1', '65536', '3000x', '0x50', '1e3', ' 80', '80.5', 'http'].slice(1))(
    'refuse PORT=%j by name',
    (port) => {
      expect(faultOf(() => settings({ PORT: port }))).toBe(
        `PORT must be a number from 0 to 65535, not "${port}"`,
      );
    },
  );

  it.each([
    [{ KEYTURN_KEY_DIR: '/etc/keyturn/data/keys' }, 'KEYTURN_KEY_DIR must not be inside data_dir'],
    [{ KEYTURN_KEY_DIR: '/etc/keyturn/data' }, 'KEYTURN_KEY_DIR must not be inside data_dir'],
    [{ KEYTURN_DATA_DIR: '/etc/keyturn' }, 'key_dir must not be inside data_dir'],
    [{ KEYTURN_DATA_DIR: '/etc/keyturn/keys/../keys' }, 'key_dir must not be inside data_dir'],
    [{ KEYTURN_DATA_DIR: '/' }, 'key_dir must not be inside data_dir'],
  ])('row 26: refuse keys inside the data: %j', (env, message) => {
    expect(faultOf(() => settings(env))).toContain(message);
  });

  it.each([
    ['stream: [{ webhook_env: SIEM }]', {}, 'SIEM, named by audit.stream[0].webhook_env, is not set'],
    [
      'stream: [{ webhook_env: SIEM }]',
      { SIEM: 'http://siem.example/' },
      'must be https, or http on this machine',
    ],
    ['stream: [{ file: a }, { file: ./a }]', {}, 'audit.stream names /etc/keyturn/a twice'],
    ['archive_dir: ./data/old', {}, 'audit.archive_dir must not be inside data_dir'],
  ])('refuse what would lose the log or send it astray: %s', (key, env, message) => {
    const fault = faultOf(() => settings(env, withTop(`audit: { ${key} }`)));
    expect(fault).toContain(message);
    expect(fault).not.toContain('siem.example');
  });

  it.each([
    ['file: ./data/notes', {}, 'audit.anchors[0].file must not be inside data_dir'],
    ['file: /etc/keyturn/data/x/../notes', {}, 'audit.anchors[0].file must not be inside data_dir'],
    ['webhook_env: HOOK', {}, 'HOOK, named by audit.anchors[0].webhook_env, is not set'],
    ['webhook_env: HOOK', { HOOK: 'http://chat.example/x' }, 'must be https, or http on this machine'],
    ['webhook_env: HOOK', { HOOK: 'http://127.0.0.1.example/x' }, 'must be https, or http on this machine'],
    ['webhook_env: HOOK', { HOOK: 'chat' }, 'is no URL'],
  ])('row 19: refuse the anchor %s with %j', (anchor, env, message) => {
    const fault = faultOf(() => settings(env, withTop(`audit: { anchors: [{ ${anchor} }] }`)));
    expect(fault).toContain(message);
    // It is a secret: whoever has it can post there.
    expect(fault).not.toContain('chat');
  });

  it('row 19: take a webhook on this machine', () => {
    const hook = (url: string) =>
      settings({ HOOK: url }, withTop('audit: { anchors: [{ webhook_env: HOOK }] }'));
    for (const url of ['http://127.0.0.1:9/x', 'http://[::1]:9/x', 'http://localhost/x']) {
      expect(hook(url).audit.anchors).toMatchObject([{ url }]);
    }
  });

  it('row 26: refuse an absolute key_dir inside of a relative data_dir', () => {
    const text = withTop('data_dir: ./data\nkey_dir: /etc/keyturn/data/keys');
    expect(faultOf(() => settings({}, text))).toContain('key_dir must not be inside data_dir');
  });

  it('refuse one port for two listeners, and allow it where there is one listener', () => {
    expect(settings({ PORT: '3001' }).listen.port).toBe(3001);
    expect(faultOf(() => settings({ PORT: '3001', HOST: '0.0.0.0' }))).toBe(
      'PORT and admin.port must differ: both are 3001',
    );
    const text = withTop('listen: { port: 3001, public_url: https://keyturn.example }');
    expect(faultOf(() => settings({}, text))).toBe('listen.port and admin.port must differ: both are 3001');
  });

  it('say everything that is wrong at once', () => {
    expect(faultOf(() => settings({ PORT: 'x', KEYTURN_DATA_DIR: '/' }))).toMatch(/PORT.*; key_dir/);
  });
});
