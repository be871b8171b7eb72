import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ways, World } from './world.ts';

const SCRIPT = '#!/bin/sh\necho the script ran\n';

/** What an asker can do to what was approved, while people look at it or a moment after. */
const CHANGES: readonly [
  string,
  string,
  readonly string[],
  Ways,
  (path: (name: string) => string) => void,
][] = [
  [
    'a script among the arguments is rewritten',
    'run.sh',
    ['sh', 'run.sh'],
    {},
    (path) => writeFileSync(path('run.sh'), 'echo something else'),
  ],
  [
    'the executable is replaced',
    'tool',
    ['./tool'],
    {},
    (path) => {
      writeFileSync(path('other'), '#!/bin/sh\necho other\n', { mode: 0o755 });
      renameSync(path('other'), path('tool'));
    },
  ],
  [
    'a plan named by an option is rewritten',
    'plan.bin',
    ['echo', '--plan=plan.bin'],
    {},
    (path) => writeFileSync(path('plan.bin'), 'another plan'),
  ],
  [
    'a pinned file is rewritten',
    'pinned.conf',
    ['echo', 'ran'],
    { flags: ['--pin', 'pinned.conf'] },
    (path) => writeFileSync(path('pinned.conf'), 'changed'),
  ],
  ['a file is removed', 'run.sh', ['sh', 'run.sh'], {}, (path) => rmSync(path('run.sh'))],
  [
    'a file that was not there appears',
    'late.sh',
    ['sh', 'late.sh'],
    {},
    (path) => writeFileSync(path('late.sh'), 'echo nobody saw this'),
  ],
  [
    'a link is pointed elsewhere',
    'link.sh',
    ['sh', 'link.sh'],
    {},
    (path) => {
      rmSync(path('link.sh'));
      symlinkSync(path('/bin/sh'), path('link.sh'));
    },
  ],
];

async function prepare(onTestFinished: (cleanUp: () => Promise<void>) => void) {
  const world = await World.open(onTestFinished);
  world.write('run.sh', 'echo the script ran');
  world.write('tool', SCRIPT, 0o755);
  world.write('plan.bin', 'the plan');
  world.write('pinned.conf', 'pinned');
  symlinkSync(join(world.folder, 'run.sh'), join(world.folder, 'link.sh'));
  return { world, path: (name: string) => (name.startsWith('/') ? name : join(world.folder, name)) };
}

describe.concurrent('row 1: what is changed after it was submitted', { timeout: 60_000 }, () => {
  it.for(CHANGES)(
    'does not run when, during the wait, %s',
    async ([, name, command, ways, change], context) => {
      const { world, path } = await prepare(context.onTestFinished);
      const cli = world.guard(command, ways);
      await world.fake.arrived('read');
      change(path);
      world.fake.approve();
      const { code, stdout, stderr } = await cli.ended;
      expect({ code, stdout }).toEqual({ code: 77, stdout: '' });
      expect(stderr).toMatch(new RegExp(`changed since it was submitted: \\S*${name}`));
      expect(world.fake.request.state).toBe('cancelled');
      expect(world.fake.named('consume')).toEqual([]);
    },
  );

  it.for(CHANGES.slice(0, 4))(
    'does not run when, after the release, %s',
    async ([, name, command, ways, change], context) => {
      const { world, path } = await prepare(context.onTestFinished);
      world.fake.beforeAnswer = (call, answer) => {
        if (call === 'consume') change(path);
        return answer;
      };
      const { code, stdout, stderr } = await world.approved(command, ways);
      expect({ code, stdout }).toEqual({ code: 77, stdout: '' });
      expect(stderr).toMatch(new RegExp(`files changed: \\S*${name}`));
      expect(world.fake.named('outcome')[0]?.body).toMatchObject({
        status: 'failed',
        exit_code: 77,
        detail: expect.stringMatching(/^files changed: /),
      });
    },
  );

  it('runs when a file was touched and is the same', async ({ onTestFinished }) => {
    const { world, path } = await prepare(onTestFinished);
    const cli = world.guard(['sh', 'run.sh']);
    await world.fake.arrived('read');
    writeFileSync(path('run.sh'), 'echo the script ran');
    world.fake.approve();
    expect(await cli.ended).toMatchObject({ code: 0, stdout: 'the script ran\n' });
  });
});

describe.concurrent('row 1: a release of something else than was submitted', { timeout: 60_000 }, () => {
  it.for([
    ['another argument', { argv: ['echo', 'other'] }],
    ['another folder', { cwd: '/' }],
    ['another executable', { executable: { path: '/bin/sh', sha256: '0' } }],
    ['an input', { stdin: 'typed by nobody' }],
    ['one field more', { interactive: true }],
    ['one file less', { files: [] }],
  ] as const)('does not run with %s', async ([, change], { onTestFinished }) => {
    const { world } = await prepare(onTestFinished);
    world.fake.beforeAnswer = (call, answer) => {
      if (call !== 'consume') return answer;
      const released = answer as { payload: Record<string, unknown> };
      return { ...released, payload: { ...released.payload, ...change } };
    };
    const { code, stdout } = await world.approved(['sh', 'run.sh']);
    expect({ code, stdout }).toEqual({ code: 77, stdout: '' });
    expect(world.fake.named('outcome')[0]?.body).toMatchObject({ status: 'failed', exit_code: 77 });
  });

  it.for([
    ['another digest', { action_digest: `sha256:${'0'.repeat(64)}` }],
    ['another action', { action: 'db.read' }],
    ['another target', { target: { system: 'postgres', environment: 'dev', resource: 'orders' } }],
    ['another id', { id: 'req_other' }],
  ] as const)('does not consume a request that has become one with %s', async ([, change], context) => {
    const { world } = await prepare(context.onTestFinished);
    world.fake.beforeAnswer = (call, answer) =>
      call === 'read' ? { ...(answer as Record<string, unknown>), ...change } : answer;
    const cli = world.guard(['sh', 'run.sh']);
    await world.fake.arrived('read');
    world.fake.approve();
    const { code, stdout } = await cli.ended;
    expect({ code, stdout }).toEqual({ code: 77, stdout: '' });
    expect(world.fake.named('consume')).toEqual([]);
  });

  it('does not run a release without a payload', async ({ onTestFinished }) => {
    const { world } = await prepare(onTestFinished);
    world.fake.beforeAnswer = (call, answer) => (call === 'consume' ? { nonce: 'n', grant: 'g' } : answer);
    expect(await world.approved(['sh', 'run.sh'])).toMatchObject({ code: 77, stdout: '' });
  });
});
