import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

const SHOW = [process.execPath, '-e', 'process.stdout.write(JSON.stringify(process.env))'];
const SECRET = 'hunter2-canary';

describe.concurrent('the environment of the command', { timeout: 60_000 }, () => {
  it('row 1: is PATH, HOME, LANG and TERM, and nothing else', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const env = {
      LANG: 'C.UTF-8',
      TERM: 'xterm',
      LD_PRELOAD: '',
      NODE_OPTIONS: '',
      AWS_SECRET_ACCESS_KEY: SECRET,
    };
    const { stdout } = await world.approved(SHOW, { env });
    expect(JSON.parse(stdout)).toEqual({
      PATH: process.env['PATH'],
      HOME: world.folder,
      LANG: 'C.UTF-8',
      TERM: 'xterm',
    });
    expect(world.payload).toMatchObject({ env: [] });
    expect(world.payload).not.toHaveProperty('env_all');
  });

  it('has each named variable, and the request only a salted digest of it', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const flags = ['--env', 'DB_PASSWORD', '--env', 'EMPTY', '--env', 'DB_PASSWORD'];
    const { stdout } = await world.approved(SHOW, { flags, env: { DB_PASSWORD: SECRET, EMPTY: '' } });
    expect(JSON.parse(stdout)).toMatchObject({ DB_PASSWORD: SECRET, EMPTY: '' });
    const named = world.payload['env'] as { name: string; salt: string; digest: string }[];
    expect(named.map((one) => one.name)).toEqual(['DB_PASSWORD', 'EMPTY']);
    for (const { salt, digest, name } of named) {
      expect(salt).toMatch(/^[0-9a-f]{32}$/);
      const value = name === 'EMPTY' ? '' : SECRET;
      expect(digest).toBe(createHash('sha256').update(`${salt}${value}`).digest('hex'));
    }
    expect(JSON.stringify(world.fake.calls)).not.toContain(SECRET);
  });

  it('has everything with --env-all, which the request says, but never the token', async ({
    onTestFinished,
  }) => {
    const world = await World.open(onTestFinished);
    const { stdout } = await world.approved(SHOW, { flags: ['--env-all'], env: { OTHER: 'value' } });
    expect(JSON.parse(stdout)).toMatchObject({ OTHER: 'value', KEYTURN_URL: world.fake.url });
    expect(JSON.parse(stdout)).not.toHaveProperty('KEYTURN_TOKEN');
    expect(world.payload).toMatchObject({ env_all: true });
    expect(JSON.stringify(world.fake.calls)).not.toContain('"OTHER"');
  });

  it('has the token only when it is named', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const check = ['sh', '-c', 'test -n "$KEYTURN_TOKEN"; echo "$?"'];
    const { stdout } = await world.approved(check, { flags: ['--env', 'KEYTURN_TOKEN'] });
    expect(stdout).toBe('0\n');
    expect(world.payload['env']).toMatchObject([{ name: 'KEYTURN_TOKEN' }]);
    expect(JSON.stringify(world.fake.calls)).not.toContain(world.fake.token);
  });
});

describe.concurrent('the input of the command', { timeout: 60_000 }, () => {
  it('row 1: is empty, whatever the guard itself is given', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const { code, stdout } = await world.approved(['sh', '-c', 'readlink /proc/self/fd/0; cat'], {
      input: 'nobody saw this',
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/dev/null\n' });
    expect(world.payload['stdin']).toBeNull();
  });

  it.for([
    ['nothing', ''],
    ['lines', 'one\ntwo\n'],
    ['text that is not ASCII', '\uFEFFä 日本 🔑\r\n\0\t'],
    ['more than a pipe holds', 'x'.repeat(200_000)],
  ] as const)(
    'with --stdin is what was approved, byte for byte: %s',
    async ([, input], { onTestFinished }) => {
      const world = await World.open(onTestFinished);
      const { code, stdout } = await world.approved(['cat'], { flags: ['--stdin'], input });
      expect(code).toBe(0);
      expect(stdout).toBe(input);
      expect(world.payload['stdin']).toBe(input);
    },
  );

  it('may be left unread by the command', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const { code } = await world.approved(['true'], { flags: ['--stdin'], input: 'x'.repeat(200_000) });
    expect(code).toBe(0);
  });

  it.for([
    ['larger than 256 KiB', 'x'.repeat(256 * 1024 + 1), 'larger than 256 KiB'],
    ['too large together with the rest', 'x'.repeat(256 * 1024 - 10), 'the request is larger than 256 KiB'],
    ['not text', Buffer.from([0x66, 0xff, 0xfe]), 'is not UTF-8 text'],
    ['half a character', Buffer.from('é').subarray(0, 1), 'is not UTF-8 text'],
  ] as const)(
    'row 22: is refused before anything is sent when it is %s',
    async ([, input, said], context) => {
      const world = await World.open(context.onTestFinished);
      const { code, stderr } = await world.guard(['cat'], { flags: ['--stdin'], input }).ended;
      expect(code).toBe(78);
      expect(stderr).toContain(said);
      expect(world.fake.calls).toEqual([]);
    },
  );

  it('with --interactive is the guard’s own, which the request says', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.firstState = 'approved';
    const cli = world.guard(['sh', '-c', 'echo ready; read line; echo "got $line"'], {
      flags: ['--interactive'],
    });
    await cli.said(/^ready$/m);
    cli.type('typed later\n');
    expect(await cli.ended).toMatchObject({ code: 0, stdout: 'ready\ngot typed later\n' });
    expect(world.payload).toMatchObject({ interactive: true, stdin: null });
  });
});
