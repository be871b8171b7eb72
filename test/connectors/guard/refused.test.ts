import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Ended, World } from './world.ts';

const MARK = ['sh', '-c', 'touch ran'];

function expectNotRun(world: World, { code, stdout }: Ended, expected: number): void {
  expect({ code, stdout, files: readdirSync(world.folder) }).toEqual({
    code: expected,
    stdout: '',
    files: [],
  });
}

describe.concurrent('exit 77: somebody or something said no', { timeout: 60_000 }, () => {
  it('says what the policy tells when it denies at once', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.firstState = 'denied';
    world.fake.tell = 'IAM admin is not available to agents';
    const ended = await world.guard(MARK).ended;
    expectNotRun(world, ended, 77);
    expect(ended.stderr).toContain('request 1042 is denied: IAM admin is not available to agents.');
  });

  it('says why people rejected it', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const cli = world.guard(MARK);
    await world.fake.arrived('read');
    world.fake.change({ state: 'rejected', reject_reason: 'not on a Friday' });
    const ended = await cli.ended;
    expectNotRun(world, ended, 77);
    expect(ended.stderr).toContain('request 1042 is rejected: not on a Friday.');
  });

  it.for([
    'denied',
    'flagged',
    'expired',
    'lapsed',
    'revoked',
    'cancelled',
    'executing',
    'succeeded',
    'failed',
    'unknown',
    'a state of a later version',
  ])('runs nothing when the request becomes %s while it waits', async (state, { onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const cli = world.guard(MARK);
    await world.fake.arrived('read');
    world.fake.change({ state });
    expectNotRun(world, await cli.ended, 77);
    // Flagged, it stays as it is for whoever looks into it.
    expect(world.fake.calls.map((call) => call.name)).toEqual(['submit', 'read']);
  });

  it.for([
    [403, 'ACTION_NOT_ALLOWED'],
    [403, 'REQUESTER_FROZEN'],
    [409, 'IDEMPOTENCY_KEY_REUSED'],
    [409, 'FREEZE_IN_FORCE'],
    [422, 'NO_ELIGIBLE_REVIEWER'],
    [422, 'UNRESOLVED_IDENTITY'],
    [429, 'LIMIT_REACHED'],
    [503, 'DIRECTORY_UNAVAILABLE'],
  ] as const)('runs nothing when the submission is refused with %i %s', async ([status, code], context) => {
    const world = await World.open(context.onTestFinished);
    world.fake.refuseNext('submit', { status, code, detail: 'The policy says no.' });
    const ended = await world.guard(MARK).ended;
    expectNotRun(world, ended, 77);
    expect(ended.stderr).toBe(`keyturn: The policy says no. [${code}]\n`);
    expect(world.fake.calls).toHaveLength(1);
  });

  it('runs nothing when somebody else has consumed the approval', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.firstState = 'approved';
    world.fake.refuseNext('consume', {
      status: 409,
      code: 'ALREADY_CONSUMED',
      detail: 'It was already run.',
    });
    const ended = await world.guard(MARK).ended;
    expectNotRun(world, ended, 77);
    expect(ended.stderr).toContain('request 1042: It was already run. [ALREADY_CONSUMED]');
    expect(world.fake.named('cancel')).toEqual([]);
  });

  it('gives the approval back when a freeze begins before it is used', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.firstState = 'approved';
    world.fake.refuseNext('consume', {
      status: 409,
      code: 'FREEZE_IN_FORCE',
      detail: 'A freeze is in force.',
    });
    expectNotRun(world, await world.guard(MARK).ended, 77);
    expect(world.fake.request.state).toBe('cancelled');
  });

  it('runs nothing when the request disappears from its sight', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.refuseNext('read', { status: 404, code: 'NOT_FOUND', detail: 'There is no such request.' });
    expectNotRun(world, await world.guard(MARK).ended, 77);
  });
});

describe.concurrent('exit 78: the caller has to put something right', { timeout: 60_000 }, () => {
  it.for([
    [400, 'MALFORMED'],
    [401, 'UNAUTHENTICATED'],
    [404, 'NOT_FOUND'],
    [413, 'BODY_TOO_LARGE'],
    [422, 'INVALID'],
    [404, undefined],
    [302, undefined],
  ] as const)(
    'says what is wrong when the submission is refused with %i %s',
    async ([status, code], context) => {
      const world = await World.open(context.onTestFinished);
      const errors = [{ pointer: '/target/environment', detail: 'is not declared' }];
      world.fake.refuseNext('submit', {
        status,
        ...(code === undefined ? {} : { code }),
        detail: 'No.',
        errors,
      });
      const ended = await world.guard(MARK).ended;
      expectNotRun(world, ended, 78);
      const said = status === 302 ? 'redirect' : 'No. (/target/environment: is not declared)';
      expect(ended.stderr).toContain(said);
      expect(world.fake.calls.map((call) => call.name)).toEqual(['submit']);
    },
  );

  it('stops waiting when the token is no longer valid', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.refuseNext('read', { status: 401, code: 'UNAUTHENTICATED', detail: 'Unknown token.' });
    expectNotRun(world, await world.guard(MARK).ended, 78);
  });

  it('leaves to Keyturn what Keyturn runs itself', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.fake.runBy = 'keyturn';
    const ended = await world.guard(MARK).ended;
    expectNotRun(world, ended, 78);
    expect(ended.stderr).toContain('use `keyturn request`');
    expect(world.fake.request.state).toBe('cancelled');
  });

  it.for([
    ['no token', { KEYTURN_TOKEN: '' }, 'KEYTURN_TOKEN is not set'],
    ['a token with a line end', { KEYTURN_TOKEN: 'ktc_0123456789abcdefghij\n' }, 'is not a token'],
    ['a token that is too short', { KEYTURN_TOKEN: 'ktc_short' }, 'is not a token'],
    ['plain http to another machine', { KEYTURN_URL: 'http://keyturn.example' }, 'Only https leaves'],
    [
      'a host that only looks like loopback',
      { KEYTURN_URL: 'http://127.0.0.1.example' },
      'Only https leaves',
    ],
    ['an address that is none', { KEYTURN_URL: 'keyturn' }, 'not an http or https address'],
    ['another protocol', { KEYTURN_URL: 'file:///etc/passwd' }, 'not an http or https address'],
    ['a password in the address', { KEYTURN_URL: 'https://a:b@keyturn.example' }, 'has a user name'],
  ] as const)('refuses %s before anything is sent', async ([, env, said], { onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const ended = await world.guard(MARK, { env }).ended;
    expectNotRun(world, ended, 78);
    expect(ended.stderr).toContain(said);
    expect(world.fake.calls).toEqual([]);
  });

  it.for([
    ['row 7: refuses a person’s token in guard', 'guard'],
    ['row 7: refuses a person’s token in request', 'request'],
  ] as const)('%s, and sends nothing', async ([, name], { onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const env = { KEYTURN_TOKEN: 'ktp_0123456789abcdefghijklmnop' };
    const cli = name === 'guard' ? world.guard(MARK, { env }) : world.ask([], { env });
    const ended = await cli.ended;
    expectNotRun(world, ended, 78);
    expect(ended.stderr).toContain('is a person’s token');
    expect(world.fake.calls).toEqual([]);
  });

  it.for([
    ['an unknown option', ['--approve']],
    ['--stdin with --interactive', ['--stdin', '--interactive']],
    ['a variable that is not set', ['--env', 'NOT_SET']],
    ['a pin that is not there', ['--pin', 'missing.txt']],
    ['a pin that is a folder', ['--pin', '.']],
    ['a time-out that is no duration', ['--timeout', '5 minutes']],
    ['a time-out of nothing', ['--timeout', '0s']],
    ['an expiry that is no duration', ['--expires-in', '30']],
    ['an option without its value', ['--timeout']],
  ] as const)('refuses %s', async ([, flags], { onTestFinished }) => {
    const world = await World.open(onTestFinished);
    expectNotRun(world, await world.guard(MARK, { flags }).ended, 78);
    expect(world.fake.calls).toEqual([]);
  });

  const needed = ['--action', 'a', '--target', 's/e/r', '--reason', 'r'];
  it.for([
    ['no action', ['guard', ...needed.slice(2), '--', 'true']],
    ['no target', ['guard', '--action', 'a', '--reason', 'r', '--', 'true']],
    ['no reason', ['guard', ...needed.slice(0, 4), '--', 'true']],
    [
      'a target without a resource',
      ['guard', '--action', 'a', '--target', 's/e', '--reason', 'r', '--', 'true'],
    ],
    ['no command', ['guard', ...needed]],
    ['nothing after the --', ['guard', ...needed, '--']],
    ['a command without the --', ['guard', ...needed, 'true']],
    ['something before the --', ['guard', ...needed, 'env', '--', 'true']],
    ['a request with an argument', ['request', ...needed, 'true']],
  ] as const)('refuses %s', async ([, args], { onTestFinished }) => {
    const world = await World.open(onTestFinished);
    expectNotRun(world, await world.run(args).ended, 78);
    expect(world.fake.calls).toEqual([]);
  });

  it('row 14: does not repeat a token that was typed where none belongs', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const { code, stderr } = await world.guard(MARK, { flags: [`--token=${world.fake.token}`] }).ended;
    expect(code).toBe(78);
    expect(stderr).toContain('--token=[token]');
  });

  it('row 14: refuses a command that has the token in its arguments', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const ended = await world.guard(['echo', `Bearer ${world.fake.token}`]).ended;
    expectNotRun(world, ended, 78);
    expect(world.fake.calls).toEqual([]);
  });
});
