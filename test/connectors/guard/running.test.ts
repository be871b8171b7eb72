import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

const UNTIL_STOPPED = `trap 'echo cleaned up; exit 0' TERM; echo ready; while :; do sleep 0.05; done`;

describe.concurrent('while the command runs', { timeout: 60_000 }, () => {
  it('tells the server so, with the nonce, and stops when the command ends', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    Object.assign(world.fake, { firstState: 'approved', outcomeWithinS: 0.6 });
    const cli = world.guard(['sh', '-c', 'echo ready; read line'], { flags: ['--interactive'] });
    const beat = await world.fake.arrived('heartbeat', 3);
    cli.type('\n');
    await cli.ended;
    const [outcome] = world.fake.named('outcome');
    expect(beat.body).toEqual({ nonce: outcome?.body['nonce'] });
    expect(world.fake.calls.at(-1)?.name).toBe('outcome');
  });

  it('goes on without the server, says so once, and reports when it is back', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    Object.assign(world.fake, { firstState: 'approved', outcomeWithinS: 0.6 });
    const cli = world.guard(['sh', '-c', 'echo ready; read line'], { flags: ['--interactive'] });
    await cli.said(/^ready$/m);
    await world.fake.down();
    await cli.said(/cannot tell Keyturn/);
    cli.type('\n');
    await world.fake.up();
    const { code, stderr } = await cli.ended;
    expect(code).toBe(0);
    expect(stderr.match(/cannot tell Keyturn/g)).toHaveLength(1);
    expect(world.fake.request.state).toBe('succeeded');
  });

  it('ends the command when somebody stops the request', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    Object.assign(world.fake, { firstState: 'approved', outcomeWithinS: 0.6 });
    const cli = world.guard(['sh', '-c', UNTIL_STOPPED]);
    await cli.said(/^ready$/m);
    world.fake.change({ execution: { by: 'caller', stop_requested: true } });
    const { code, stdout, stderr } = await cli.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ready\ncleaned up\n' });
    expect(stderr).toContain('request 1042 is to stop; ending the command');
    expect(world.fake.named('outcome')[0]?.body).toMatchObject({
      exit_code: 0,
      detail: 'stopped on request',
    });
  });

  it('kills a command that does not want to stop, 10 seconds later', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    Object.assign(world.fake, { firstState: 'approved', outcomeWithinS: 0.6 });
    const cli = world.guard(['sh', '-c', `trap '' TERM; echo ready; while :; do sleep 0.05; done`]);
    await cli.said(/^ready$/m);
    world.fake.change({ execution: { by: 'caller', stop_requested: true } });
    await cli.said(/is to stop/);
    const stoppedAt = Date.now();
    expect((await cli.ended).code).toBe(137);
    expect(Date.now() - stoppedAt).toBeGreaterThan(9_000);
    expect(world.fake.named('outcome')[0]?.body).toMatchObject({
      status: 'failed',
      exit_code: 137,
      detail: 'stopped on request, killed by SIGKILL',
    });
  });
});

describe.concurrent('the report', { timeout: 60_000 }, () => {
  it('is sent again when its answer is lost', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.loseAnswers('outcome', 2);
    expect((await world.approved(['true'])).code).toBe(0);
    const bodies = world.fake.named('outcome').map((call) => JSON.stringify(call.body));
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies).size).toBe(1);
  });

  it('does not change the exit code when it is refused', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.refuseNext('outcome', {
      status: 409,
      code: 'ALREADY_RESOLVED',
      detail: 'Somebody settled it.',
    });
    const { code, stderr } = await world.approved(['sh', '-c', 'exit 5']);
    expect(code).toBe(5);
    expect(stderr).toContain('could not be reported: Somebody settled it.');
  });

  it('is not waited for when the caller leaves', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.firstState = 'approved';
    world.fake.hold('outcome');
    const cli = world.guard(['sh', '-c', 'exit 5']);
    await world.fake.arrived('outcome');
    cli.signal('SIGINT');
    expect((await cli.ended).code).toBe(5);
  });
});
