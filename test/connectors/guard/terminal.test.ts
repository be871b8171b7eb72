import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

const GUARD = ['guard', '--action', 'a', '--target', 's/e/r', '--reason', 'r'];
/** Ends with 40 and the number of times it was interrupted. A shell would take two at once for one. */
const COUNT = `
  let count = 0;
  process.on('SIGINT', () => setTimeout(() => process.exit(40 + count), (count += 1) && 700));
  setInterval(() => undefined, 1000);
  console.log('ready');
`;
const HAS_SCRIPT = existsSync('/usr/bin/script');

describe.concurrent('on a terminal', { timeout: 60_000 }, () => {
  it('shows one line that is written over, and wipes it before the command', async (context) => {
    context.skip(!HAS_SCRIPT, 'needs script (util-linux), which is not on this machine');
    const world = await World.open(context.onTestFinished);
    const cli = world.runOnTerminal([...GUARD, '--', 'echo', 'ran'], { env: { TERM: 'xterm' } });
    await cli.said(/expires in/);
    world.fake.approve();
    const { code, stdout } = await cli.ended;
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what a terminal is told.
    expect(stdout).toMatch(/^(?:\r\x1b\[K[^\r\n]{0,79})+\r\x1b\[Kran\r\n/);
    expect(stdout).toContain('keyturn: request 1042 waits for dba 0/1, security 0/1 (expires in');
  });

  it('writes plain lines on a terminal that cannot do that', async (context) => {
    context.skip(!HAS_SCRIPT, 'needs script (util-linux), which is not on this machine');
    const world = await World.open(context.onTestFinished);
    world.fake.firstState = 'approved';
    const { stdout } = await world.runOnTerminal([...GUARD, '--', 'echo', 'ran'], { env: { TERM: 'dumb' } })
      .ended;
    expect(stdout).toBe('keyturn: request 1042 is approved\r\nran\r\n');
  });

  it.for([
    ['without', []],
    ['with', ['--interactive']],
  ] as const)('passes one Ctrl-C on once, %s --interactive', async ([, flags], context) => {
    context.skip(!HAS_SCRIPT, 'needs script (util-linux), which is not on this machine');
    const world = await World.open(context.onTestFinished);
    world.fake.firstState = 'approved';
    const cli = world.runOnTerminal([...GUARD, ...flags, '--', process.execPath, '-e', COUNT], {
      env: { TERM: 'xterm' },
    });
    await cli.said(/ready/);
    cli.type('\u0003');
    expect((await cli.ended).code).toBe(41);
  });

  it('row 1: gives the command no terminal to read from without --interactive', async (context) => {
    context.skip(!HAS_SCRIPT, 'needs script (util-linux), which is not on this machine');
    const world = await World.open(context.onTestFinished);
    world.fake.firstState = 'approved';
    const args = [...GUARD, '--', 'sh', '-c', 'if (: </dev/tty) 2>/dev/null; then exit 3; else exit 4; fi'];
    expect((await world.runOnTerminal(args, { env: { TERM: 'xterm' } }).ended).code).toBe(4);
  });
});
