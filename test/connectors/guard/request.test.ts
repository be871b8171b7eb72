import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

describe.concurrent('keyturn request', { timeout: 60_000 }, () => {
  it('submits, prints the request as JSON, and does not wait', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const { code, stdout, stderr } = await world.ask().ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(world.fake.request);
    expect(stderr).toBe('');
    expect(world.fake.named('submit')[0]?.body).toMatchObject({ payload: {}, hold: 'poll' });
    expect(world.fake.calls).toHaveLength(1);
  });

  it('waits with --wait, prints the request as it was decided, and never consumes it', async (context) => {
    const world = await World.open(context.onTestFinished);
    const cli = world.ask(['--wait']);
    await world.fake.arrived('read');
    expect(cli.stdout).toBe('');
    world.fake.approve();
    const { code, stdout } = await cli.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'approved' });
    expect(world.fake.named('submit')[0]?.body).toMatchObject({ hold: 'wait' });
    expect(world.fake.named('consume')).toEqual([]);
  });

  it.for(['approved', 'executing', 'succeeded'])(
    'counts %s as approved',
    async (state, { onTestFinished }) => {
      const world = await World.open(onTestFinished);
      world.fake.firstState = state;
      expect((await world.ask(['--wait']).ended).code).toBe(0);
    },
  );

  it('ends with 77 and prints the request when it is denied at once', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    Object.assign(world.fake, { firstState: 'denied', tell: 'not for agents' });
    const { code, stdout, stderr } = await world.ask().ended;
    expect(code).toBe(77);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'denied', tell: 'not for agents' });
    expect(stderr).toContain('request 1042 is denied: not for agents.');
  });

  it.for(['rejected', 'flagged', 'expired'])('ends with 77 when it becomes %s', async (state, context) => {
    const world = await World.open(context.onTestFinished);
    const cli = world.ask(['--wait']);
    await world.fake.arrived('read');
    world.fake.change({ state });
    const { code, stdout } = await cli.ended;
    expect(code).toBe(77);
    expect(JSON.parse(stdout)).toMatchObject({ state });
  });

  it('cancels and ends with 75 when the time-out passes', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const { code, stdout } = await world.ask(['--wait', '--timeout', '1s']).ended;
    expect(code).toBe(75);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'cancelled' });
    expect(world.fake.request.state).toBe('cancelled');
  });

  it('takes the payload from a file', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    world.write('payload.json', '{"kind":"sql","statement":"select 1"}\n');
    await world.ask(['--payload', 'payload.json']).ended;
    expect(world.payload).toEqual({ kind: 'sql', statement: 'select 1' });
  });

  it('takes the payload from stdin', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    await world.ask(['--payload', '-'], { input: '{"kind":"diff","text":"ä"}' }).ended;
    expect(world.payload).toEqual({ kind: 'diff', text: 'ä' });
  });

  it.for([
    ['broken JSON', '{"a":'],
    ['no object', '[1]'],
    ['nothing', ''],
    ['null', 'null'],
    ['more than 256 KiB', `{"a":"${'x'.repeat(256 * 1024)}"}`],
  ] as const)('row 22: refuses a payload that is %s', async ([, input], { onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const { code, stdout } = await world.ask(['--payload', '-'], { input }).ended;
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(world.fake.calls).toEqual([]);
  });

  it('refuses a payload file that is not there', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    expect((await world.ask(['--payload', 'missing.json']).ended).code).toBe(78);
  });

  it('row 22: sends a payload as it is written, so that the server sees what is ambiguous in it', async (context) => {
    const world = await World.open(context.onTestFinished);
    const input = '{"amount":9007199254740993,"amount":1}';
    await world.ask(['--payload', '-'], { input }).ended;
    expect(world.fake.named('submit')[0]?.text).toContain(`"payload":${input}}`);
  });
});

describe.concurrent('what the server says', { timeout: 60_000 }, () => {
  it('reaches the terminal without anything that could steer it', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const nasty = '\u001b[2J\u001b]0;title\u0007 a\r\nb\u0085\u009b31m\u202Egnirts\u2066\u200B\u2028end';
    Object.assign(world.fake, { firstState: 'denied', tell: nasty });
    const { stderr } = await world.guard(['true']).ended;
    expect(stderr).toBe('keyturn: request 1042 is denied: [2J]0;title a b31mgnirts end.\n');
  });

  it('stays the same JSON on stdout, with what cannot be seen escaped', async ({ onTestFinished }) => {
    const world = await World.open(onTestFinished);
    const nasty = 'a\u001b[2J\u009b31m\u202E\u2066\u200B\u2028\u{E0041}ä🔑';
    world.fake.tell = nasty;
    const { stdout } = await world.ask().ended;
    expect(JSON.parse(stdout)['tell']).toBe(nasty);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  it.for([
    ['not a request', { hello: 'world' }],
    ['a list', []],
    ['nothing', null],
    ['an id that is a path', { id: '../../v1/token', state: 'approved', action_digest: 'sha256:00' }],
    ['a state that is no text', { id: 'req_1', state: 1, action_digest: 'sha256:00' }],
  ] as const)('is tried again when it is %s', async ([, answer], { onTestFinished }) => {
    const world = await World.open(onTestFinished);
    let spoiled = 0;
    world.fake.beforeAnswer = (name, right) => (name === 'submit' && spoiled++ === 0 ? answer : right);
    const { code, stderr } = await world.approved(['true']);
    expect(code).toBe(0);
    expect(stderr).toContain('an answer that is not Keyturn’s');
    expect(world.fake.named('submit')).toHaveLength(2);
  });
});
