import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

const MARK = ['sh', '-c', 'touch ran'];

// Together, because each of them mostly waits; those that wait longest begin.
describe.concurrent('exit 69: Keyturn cannot be reached', { timeout: 60_000 }, () => {
  it('runs nothing when the release cannot be heard for 30 seconds', async (context) => {
    const world = await World.open(context.onTestFinished);
    world.fake.loseAnswers('consume', 1_000);
    const { code, stdout, stderr } = await world.approved(['echo', 'ran']);
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
    expect(stderr).toContain('is approved, but Keyturn cannot be reached');
  });

  it('keeps the command’s exit code when the outcome cannot be reported for 30 seconds', async (context) => {
    const world = await World.open(context.onTestFinished);
    world.fake.loseAnswers('outcome', 1_000);
    const { code, stderr } = await world.approved(['sh', '-c', 'exit 4']);
    expect(code).toBe(4);
    expect(stderr).toContain('the outcome of request 1042 (exit code 4) could not be reported');
  });

  it('gives up 10 seconds after the first try to submit', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    await world.fake.down();
    const cli = world.guard(MARK);
    await cli.said(/trying again/);
    const startedAt = Date.now();
    const { code, stderr } = await cli.ended;
    const seconds = (Date.now() - startedAt) / 1_000;
    expect({ code, files: readdirSync(world.folder) }).toEqual({ code: 69, files: [] });
    expect(stderr).toContain('cannot reach Keyturn (connection refused). Nothing was run.');
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThan(20);
  });

  it('gives up 10 seconds after a submission that nobody answers', async (context) => {
    const world = await World.open(context.onTestFinished);
    world.fake.hold('submit');
    const { code, stderr } = await world.guard(MARK).ended;
    expect(code).toBe(69);
    expect(stderr).toContain('no answer in time');
  });

  it.for([
    ['a server that is not ready', { status: 503, code: 'UNAVAILABLE' }],
    ['a proxy with nothing behind it', { status: 502 }],
  ] as const)('treats %s as away', async ([, problem], context) => {
    const world = await World.open(context.onTestFinished);
    for (let times = 0; times < 50; times += 1) world.fake.refuseNext('submit', problem);
    expect((await world.guard(MARK).ended).code).toBe(69);
    const keys = new Set(world.fake.named('submit').map((call) => call.key));
    expect(keys.size).toBe(1);
  });

  it('goes on when the server comes up during the submission', async (context) => {
    const world = await World.open(context.onTestFinished);
    await world.fake.down();
    const cli = world.guard(MARK);
    await cli.said(/cannot reach Keyturn/);
    world.fake.firstState = 'approved';
    await world.fake.up();
    expect((await cli.ended).code).toBe(0);
  });

  it('submits one request, however many answers are lost', async (context) => {
    const world = await World.open(context.onTestFinished);
    world.fake.loseAnswers('submit', 3);
    expect((await world.approved(MARK)).code).toBe(0);
    const calls = world.fake.named('submit');
    expect(calls).toHaveLength(4);
    expect(new Set(calls.map((call) => call.key)).size).toBe(1);
    expect(world.fake.request.state).toBe('succeeded');
  });

  it('goes on waiting while the server is away, and hears the decision afterwards', async (context) => {
    const world = await World.open(context.onTestFinished);
    const cli = world.guard(MARK);
    await world.fake.arrived('read');
    await world.fake.down();
    await cli.said(/cannot reach Keyturn/);
    await world.fake.up();
    world.fake.approve();
    expect((await cli.ended).code).toBe(0);
  });

  it('stops waiting at the expiry when the server stays away', async (context) => {
    const world = await World.open(context.onTestFinished);
    world.fake.lifetimeS = 3;
    const cli = world.guard(MARK);
    await world.fake.arrived('read');
    await world.fake.down();
    const { code, stderr } = await cli.ended;
    expect({ code, files: readdirSync(world.folder) }).toEqual({ code: 69, files: [] });
    expect(stderr).toContain("the request's time is over");
    const expiry = Date.parse(String(world.fake.request['expires_at']));
    expect(Date.now() - expiry).toBeGreaterThan(-1_000);
    expect(Date.now() - expiry).toBeLessThan(15_000);
  });

  it('hears of the expiry from a server that is there', async (context) => {
    const world = await World.open(context.onTestFinished);
    world.fake.lifetimeS = 2;
    const { code, stderr } = await world.guard(MARK).ended;
    expect(code).toBe(77);
    expect(stderr).toContain('request 1042 is expired.');
  });

  it('consumes once, however many answers are lost', async (context) => {
    const world = await World.open(context.onTestFinished);
    world.fake.loseAnswers('consume', 3);
    const { code, stdout } = await world.approved(['echo', 'once']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'once\n' });
    expect(new Set(world.fake.named('consume').map((call) => call.key)).size).toBe(1);
  });

  it('waits for a directory that is away when the approval is used', async (context) => {
    const world = await World.open(context.onTestFinished);
    world.fake.refuseNext('consume', { status: 503, code: 'DIRECTORY_UNAVAILABLE' });
    expect((await world.approved(MARK)).code).toBe(0);
  });
});

it('row 14: an unreachable server is not told the token twice in the output', async ({ onTestFinished }) => {
  const world = await World.open(onTestFinished);
  world.fake.refuseNext('submit', { status: 422, code: 'INVALID', detail: `Bearer ${world.fake.token}` });
  const { stderr } = await world.guard(MARK).ended;
  expect(stderr).toBe('keyturn: Bearer [token] [INVALID]\n');
});
