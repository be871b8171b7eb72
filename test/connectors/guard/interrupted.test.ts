import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

const MARK = ['sh', '-c', 'touch ran'];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

describe.concurrent('exit 75: gave up before the command started', { timeout: 60_000 }, () => {
  it.for(SIGNALS)('cancels the request when %s comes during the wait', async (signal, { onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const cli = world.guard(MARK);
    await world.fake.arrived('read');
    cli.signal(signal);
    const { code, stderr } = await cli.ended;
    expect(code).toBe(75);
    expect(stderr).toContain(`stopped by ${signal}. Request 1042 is cancelled.`);
    expect(world.fake.request.state).toBe('cancelled');
    const [submitted] = world.fake.named('submit');
    expect(world.fake.named('cancel').map((call) => call.key)).toEqual([submitted?.key]);
  });

  it('cancels the request when the time-out passes', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const { code, stderr } = await world.guard(MARK, { flags: ['--timeout', '1s'] }).ended;
    expect(code).toBe(75);
    expect(stderr).toContain('the time-out passed. Request 1042 is cancelled.');
    expect(world.fake.request.state).toBe('cancelled');
  });

  it('learns the id and cancels when the signal comes during the submission', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const release = world.fake.hold('submit');
    const cli = world.guard(MARK);
    await world.fake.arrived('submit');
    cli.signal('SIGINT');
    await world.fake.arrived('submit', 2);
    release();
    expect((await cli.ended).code).toBe(75);
    expect(world.fake.request.state).toBe('cancelled');
    expect(new Set(world.fake.named('submit').map((call) => call.key)).size).toBe(1);
  });

  it('ends in bounded time when the submission is never answered', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.hold('submit');
    const cli = world.guard(MARK);
    await world.fake.arrived('submit');
    const startedAt = Date.now();
    cli.signal('SIGTERM');
    const { code, stderr } = await cli.ended;
    expect(code).toBe(75);
    expect(stderr).toContain('it cancels it in 2 minutes');
    expect(Date.now() - startedAt).toBeLessThan(15_000);
  });

  it('ends at once when nothing had reached the server', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    await world.fake.down();
    const cli = world.guard(MARK);
    await cli.said(/cannot reach/);
    const startedAt = Date.now();
    cli.signal('SIGINT');
    const { code, stderr } = await cli.ended;
    expect(code).toBe(75);
    expect(stderr).toContain('Nothing was submitted.');
    expect(Date.now() - startedAt).toBeLessThan(4_500);
  });

  it('takes two quick Ctrl-C for one, and a later other signal as "at once"', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const cli = world.guard(MARK);
    await world.fake.arrived('read');
    world.fake.hold('cancel');
    cli.signal('SIGINT');
    cli.signal('SIGINT');
    await world.fake.arrived('cancel');
    const startedAt = Date.now();
    cli.signal('SIGTERM');
    expect((await cli.ended).code).toBe(75);
    expect(Date.now() - startedAt).toBeLessThan(4_500);
  });

  it('runs nothing and says so when the signal comes while the approval is being used', async (context) => {
    const world = await World.open(context.onTestFinished);
    world.fake.firstState = 'approved';
    const release = world.fake.hold('consume');
    const cli = world.guard(MARK);
    await world.fake.arrived('consume');
    cli.signal('SIGINT');
    // Two of them, because the guard must have seen the signal before the answer comes.
    await cli.said(/is approved/);
    cli.signal('SIGHUP');
    release();
    const { code } = await cli.ended;
    expect({ code, files: readdirSync(world.folder) }).toEqual({ code: 75, files: [] });
  });

  it('ends when it is interrupted while it reads its input', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const { code } = await world.guard(['cat'], { flags: ['--stdin', '--timeout', '1s'] }).ended;
    expect(code).toBe(75);
    expect(world.fake.calls).toEqual([]);
  });

  it('says so when the server can no longer cancel', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const cli = world.guard(MARK);
    await world.fake.arrived('read');
    world.fake.refuseNext('cancel', { status: 409, code: 'FLAGGED', detail: 'It is flagged.' });
    cli.signal('SIGINT');
    const { code, stderr } = await cli.ended;
    expect(code).toBe(75);
    expect(stderr).toContain('Request 1042 could not be cancelled: It is flagged. [FLAGGED]');
  });
});

describe.concurrent('a signal while the command runs', { timeout: 60_000 }, () => {
  it.for(SIGNALS)('is passed on: %s', async (signal, { onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.firstState = 'approved';
    const name = signal.slice(3);
    const script = `trap 'echo got ${name}; exit 7' ${name}; echo ready; while :; do sleep 0.05; done`;
    const cli = world.guard(['sh', '-c', script]);
    await cli.said(/^ready$/m);
    cli.signal(signal);
    expect(await cli.ended).toMatchObject({ code: 7, stdout: `ready\ngot ${name}\n` });
    expect(world.fake.named('outcome')[0]?.body).toMatchObject({ status: 'failed', exit_code: 7 });
    expect(world.fake.named('cancel')).toEqual([]);
  });

  it('ends a command that does not catch it, and everything that it started', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.firstState = 'approved';
    const cli = world.guard(['sh', '-c', 'sleep 300 & echo $!; wait']);
    await cli.said(/^\d+$/m);
    cli.signal('SIGTERM');
    expect((await cli.ended).code).toBe(143);
    const grandchild = Number(cli.stdout);
    await expect.poll(() => isAlive(grandchild), { timeout: 10_000 }).toBe(false);
  });

  it('does not end the guard before a command that takes its time', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.firstState = 'approved';
    const script = `trap 'sleep 1; echo cleaned up; exit 0' INT; echo ready; while :; do sleep 0.05; done`;
    const cli = world.guard(['sh', '-c', script]);
    await cli.said(/^ready$/m);
    cli.signal('SIGINT');
    expect(await cli.ended).toMatchObject({ code: 0, stdout: 'ready\ncleaned up\n' });
    expect(world.fake.request.state).toBe('succeeded');
  });

  it('does not count the time-out while the command runs', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const { code } = await world.approved(['sleep', '1.5'], { flags: ['--timeout', '1s'] });
    expect(code).toBe(0);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
