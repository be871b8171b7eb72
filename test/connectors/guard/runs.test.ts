import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

describe.concurrent('keyturn guard', { timeout: 60_000 }, () => {
  it('starts nothing before the request is approved, then runs it and passes its output untouched', async ({
    onTestFinished,
  }) => {
    const world = await World.open(onTestFinished);
    const marker = join(world.folder, 'ran');
    const cli = world.guard(['sh', '-c', `touch ${marker}; printf 'out\\n'; printf 'err\\n' >&2`]);
    await world.fake.arrived('read');
    expect(() => readFileSync(marker)).toThrow('ENOENT');
    world.fake.approve();

    const { code, stdout, stderr } = await cli.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'out\n' });
    expect(stderr).toMatch(/^err$/m);
    expect(stderr).toMatch(
      /^keyturn: request 1042 waits for dba 0\/1, security 0\/1 \(expires in (?:29|30) min\)$/m,
    );
    expect(world.fake.calls.map((call) => call.name)).toEqual(['submit', 'read', 'consume', 'outcome']);
  });

  it('goes on at once when the policy allows it', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    expect((await world.approved(['true'])).code).toBe(0);
    expect(world.fake.named('read')).toEqual([]);
  });

  it('submits the whole command: argv, folder, executable, environment, files and no stdin', async ({
    onTestFinished,
  }) => {
    const world = await World.open(onTestFinished);
    const script = world.write('migrate.sh', '#!/bin/sh\nexit 0\n', 0o755);
    world.write('plan.sql', 'select 1');
    mkdirSync(join(world.folder, 'folder'));
    await world.approved(['./migrate.sh', 'plan.sql', 'folder', 'missing', '--plan=plan.sql'], {
      flags: [
        '--link',
        'https://ci.example/1',
        '--link',
        'https://ci.example/2',
        '--expires-in',
        '30m',
        '--on-behalf-of',
        'alice',
      ],
    });
    const [submitted] = world.fake.named('submit');
    expect(submitted?.key).toMatch(/^[0-9a-f-]{36}$/);
    expect(submitted?.body).toEqual({
      action: 'db.export',
      target: { system: 'postgres', environment: 'prod', resource: 'orders' },
      reason: 'FIN-231',
      on_behalf_of: 'alice',
      links: ['https://ci.example/1', 'https://ci.example/2'],
      expires_in: 1_800,
      hold: 'wait',
      payload: {
        kind: 'command',
        argv: ['./migrate.sh', 'plan.sql', 'folder', 'missing', '--plan=plan.sql'],
        cwd: world.folder,
        executable: { path: script, sha256: sha256('#!/bin/sh\nexit 0\n') },
        env: [],
        files: [{ path: 'plan.sql', sha256: sha256('select 1') }],
        stdin: null,
      },
    });
  });

  it('splits the target at the first two slashes', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.firstState = 'approved';
    const args = [
      'guard',
      '--action',
      'a',
      '--target',
      'k8s/prod/team/api:v1/x',
      '--reason',
      'r',
      '--',
      'true',
    ];
    await world.run(args).ended;
    const target = { system: 'k8s', environment: 'prod', resource: 'team/api:v1/x' };
    expect(world.fake.request['target']).toEqual(target);
  });

  it('polls with the state it knows', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const cli = world.guard(['true']);
    const { query } = await world.fake.arrived('read');
    expect(Object.fromEntries(query)).toEqual({ wait: '50', known: 'pending' });
    world.fake.approve();
    await cli.ended;
  });

  it('consumes with the digest of the request, and reports how it ended', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    expect((await world.approved(['sh', '-c', 'exit 3'])).code).toBe(3);
    const [consumed] = world.fake.named('consume');
    const [submitted] = world.fake.named('submit');
    expect(consumed?.body).toEqual({ action_digest: world.fake.request['action_digest'] });
    expect(consumed?.key).toMatch(/^[0-9a-f-]{36}$/);
    expect(consumed?.key).not.toBe(submitted?.key);
    const nonce = expect.any(String);
    expect(world.fake.named('outcome')[0]?.body).toEqual({ nonce, status: 'failed', exit_code: 3 });
    expect(world.fake.request.state).toBe('failed');
  });

  it.for(['SIGTERM', 'SIGKILL', 'SIGSEGV'] as const)(
    'ends with 128 and the number when the command dies of %s',
    async (signal, { onTestFinished }) => {
      const world = await World.open(onTestFinished);
      const { code } = await world.approved(['sh', '-c', `kill -s ${signal.slice(3)} $$`]);
      expect(code).toBe(128 + constants.signals[signal]);
      expect(world.fake.named('outcome')[0]?.body).toMatchObject({
        status: 'failed',
        exit_code: code,
        detail: `killed by ${signal}`,
      });
    },
  );

  it('ends with 127 and asks nobody when there is no such command', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    for (const command of ['no-such-command', './no-such-file', '']) {
      expect((await world.guard([command]).ended).code).toBe(127);
    }
    expect(world.fake.calls).toEqual([]);
  });

  it('ends with 126 and asks nobody when the command is not executable', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.write('notes.txt', 'hello');
    expect((await world.guard(['./notes.txt']).ended).code).toBe(126);
    expect((await world.guard([world.folder]).ended).code).toBe(126);
    expect(world.fake.calls).toEqual([]);
  });

  it('ends with 127 for a script without a #! line, instead of handing it to a shell', async ({
    onTestFinished,
  }) => {
    const world = await World.open(onTestFinished);
    world.write('script', 'echo a shell ran this\n', 0o755);
    const { code, stdout, stderr } = await world.guard(['./script']).ended;
    expect({ code, stdout }).toEqual({ code: 127, stdout: '' });
    expect(stderr).toContain('no #! line');
    expect(world.fake.calls).toEqual([]);
  });

  it('ends with 127 and reports it when the interpreter is missing', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.write('script', '#!/no/such/interpreter\n', 0o755);
    expect((await world.approved(['./script'])).code).toBe(127);
    expect(world.fake.named('outcome')[0]?.body).toMatchObject({ status: 'failed', exit_code: 127 });
  });

  it('finds the command as the system does: along PATH, past what is not executable', async ({
    onTestFinished,
  }) => {
    const world = await World.open(onTestFinished);
    for (const folder of ['first', 'second', 'third']) mkdirSync(join(world.folder, folder));
    world.write('first/tool', '#!/bin/sh\necho first\n', 0o644);
    world.write('second/tool', '#!/bin/sh\necho second\n', 0o755);
    world.write('third/tool', '#!/bin/sh\necho third\n', 0o755);
    const PATH = ['first', 'second', 'third', '/bin'].map((folder) => join(world.folder, folder)).join(':');
    const { stdout } = await world.approved(['tool'], { env: { PATH: `${PATH}:/usr/bin:/bin` } });
    expect(stdout).toBe('second\n');
    expect(world.payload['executable']).toMatchObject({ path: join(world.folder, 'second/tool') });
  });

  it('runs in the folder it was called from, under the name it was called by', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const folder = join(world.folder, 'with space');
    mkdirSync(folder);
    const { stdout } = await world.approved(
      ['sh', '-c', 'pwd; tr "\\0" " " < /proc/$$/cmdline | cut -c1-5'],
      {
        cwd: folder,
      },
    );
    expect(stdout).toBe(`${folder}\nsh -c\n`);
  });

  it('row 21: passes arguments untouched, since no shell ever sees them', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const nasty = [
      '',
      ' ',
      'a b',
      'line\nbreak\r\ttab',
      `"double" 'single' \`back\``,
      '$(touch pwned)',
      '$HOME $PATH',
      '; touch pwned',
      '| & > < * ? ~ # !',
      '\\',
      '--reason',
      '--env-all',
      '--help',
      '-h',
      '--',
      'ä 日本 🔑',
    ];
    const show = ['-e', 'process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--'];
    const { code, stdout } = await world.approved([process.execPath, ...show, ...nasty]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(nasty);
    expect(world.payload['argv']).toEqual([process.execPath, ...show, ...nasty]);
    expect(() => readFileSync(join(world.folder, 'pwned'))).toThrow('ENOENT');
  });

  it('reports an executable that it may run but not read as unusable', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const tool = world.write('tool', '#!/bin/sh\n', 0o755);
    chmodSync(tool, 0o111);
    // Root reads everything.
    const expected = process.getuid?.() === 0 ? 0 : 78;
    expect((await world.approved(['./tool'])).code).toBe(expected);
  });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
