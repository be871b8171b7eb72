import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandSettings, commandExecutor } from '../../../queue/executors/command.ts';
import { aJob } from './a-job.ts';

function executor(
  changes: Partial<CommandSettings>,
  environment: NodeJS.ProcessEnv = process.env,
  graceMs = 200,
) {
  const settings: CommandSettings = {
    argv: ['/bin/sh', '-c', 'exit 0'],
    cwd: mkdtempSync(join(tmpdir(), 'keyturn-command-')),
    env: [],
    timeoutMs: 5_000,
    kind: 'once',
    definition: `sha256:${'d'.repeat(64)}`,
    ...changes,
  };
  return commandExecutor(settings, environment, graceMs);
}

/** A zombie is dead; whether somebody has asked how it died is not ours. */
function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
}

describe('the command executor', () => {
  it('starts nothing once its time is over', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'keyturn-command-'));
    const { job } = aJob({ isLate: () => true });
    const ended = await executor({ argv: ['/usr/bin/touch', 'started'], cwd }).run(job);
    expect(ended).toMatchObject({ status: 'failed', detail: 'was not started in time; nothing was done' });
    expect(existsSync(join(cwd, 'started'))).toBe(false);
  });

  it('runs the program without a shell, with payload values as whole arguments', async () => {
    const { job, output } = aJob({ payload: { version: '$(echo hacked); *' } });
    const ended = await executor({ argv: ['/usr/bin/printf', '%s|', 'v', '{/version}'] }).run(job);
    expect(ended).toEqual({ status: 'succeeded', exitCode: 0, detail: null, retryable: false });
    expect(output()).toBe('v|$(echo hacked); *|');
  });

  it('passes on PATH, HOME, LANG, what the config names, and what this run is', async () => {
    const environment = {
      PATH: process.env['PATH'],
      HOME: '/root',
      DEPLOY: 'yes',
      SLACK_BOT_TOKEN: 'xoxb-secret',
    };
    const { job, output } = aJob();
    await executor({ argv: ['/usr/bin/env'], env: ['DEPLOY', 'ABSENT'] }, environment).run(job);
    const names = output()
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
      .sort();
    expect(names).toEqual(['DEPLOY', 'HOME', 'KEYTURN_ATTEMPT', 'KEYTURN_REQUEST', 'PATH']);
    expect(output()).not.toContain('xoxb');
  });

  it.each([
    ['its own exit code', 'exit 7', { status: 'failed', exitCode: 7, detail: null }],
    [
      'the signal that killed it',
      'kill -9 $$',
      { status: 'failed', exitCode: 137, detail: 'killed by SIGKILL' },
    ],
  ])('says %s', async (_what, script, expected) => {
    const { job } = aJob();
    expect(await executor({ argv: ['/bin/sh', '-c', script] }).run(job)).toEqual({
      ...expected,
      retryable: false,
    });
  });

  it.each([
    ['the program is not there', '/no/such/program', 'x', 'ENOENT'],
    ['an argument is too long for the system', '/bin/echo', 'x'.repeat(131_072), 'E2BIG'],
    ['an argument holds what ends one', '/bin/echo', 'a\0b', 'ERR_INVALID_ARG_VALUE'],
  ])('says that nothing was started when %s', async (_why, program, argument, code) => {
    const ended = await executor({ argv: [program, argument] }).run(aJob().job);
    const detail = `could not be started: ${code}`;
    expect(ended).toEqual({ status: 'failed', exitCode: null, detail, retryable: true });
  });

  it('ends the whole group at its time-out, also one that ignores SIGTERM', async () => {
    const pids = join(mkdtempSync(join(tmpdir(), 'keyturn-command-')), 'pids');
    const script = `trap '' TERM; (trap '' TERM; echo $$ >> ${pids}; exec sleep 60) & echo $! >> ${pids}; wait; sleep 60`;
    const ended = await executor({ argv: ['/bin/bash', '-c', script], timeoutMs: 300 }).run(aJob().job);
    expect(ended).toMatchObject({
      status: 'failed',
      detail: 'did not end within 0.3 seconds, killed by SIGKILL',
      retryable: false,
    });
    const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(started.length).toBeGreaterThan(0);
    // A busy machine takes a moment to bury what was killed.
    await expect.poll(() => started.filter(isAlive), { timeout: 2_000 }).toEqual([]);
  });

  it('stops on request, and lets a program that listens put its things in order', async () => {
    const stop = new AbortController();
    const { job, output } = aJob({ signal: stop.signal });
    const script = "trap 'echo tidied; exit 3' TERM; echo up; while :; do sleep 0.05; done";
    const running = executor({ argv: ['/bin/bash', '-c', script] }).run(job);
    while (!output().includes('up')) await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    expect(await running).toMatchObject({
      status: 'failed',
      exitCode: 3,
      detail: 'stopped on request',
      retryable: false,
    });
    expect(output()).toContain('tidied');
  });

  it('has not succeeded when it was stopped, whatever code it ends with', async () => {
    const stop = new AbortController();
    const { job, output } = aJob({ signal: stop.signal });
    const script = "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done";
    const running = executor({ argv: ['/bin/bash', '-c', script] }).run(job);
    await expect.poll(output).toContain('up');
    stop.abort();
    expect(await running).toMatchObject({ status: 'failed', exitCode: 0, detail: 'stopped on request' });
  });

  it('ends for the first reason, also when its time is up while it is being stopped', async () => {
    const stop = new AbortController();
    const { job, output } = aJob({ signal: stop.signal });
    const script = "trap '' TERM; echo up; while :; do sleep 0.05; done";
    const running = executor({ argv: ['/bin/bash', '-c', script], timeoutMs: 1_000 }, process.env, 1_500).run(
      job,
    );
    await expect.poll(output).toContain('up');
    stop.abort();
    expect((await running).detail).toBe('stopped on request, killed by SIGKILL');
  });

  it('ends what it leaves behind in its group when it goes at the first word', async () => {
    const stop = new AbortController();
    const { job, output } = aJob({ signal: stop.signal });
    const script =
      "(trap '' TERM; exec sleep 60) & echo $!; trap 'exit 3' TERM; while :; do sleep 0.05; done";
    const running = executor({ argv: ['/bin/bash', '-c', script] }, process.env, 60_000).run(job);
    await expect.poll(output).toMatch(/\d+\n/);
    const left = Number(output());
    // The one that it leaves behind needs a moment to stop listening.
    await new Promise((resolve) => setTimeout(resolve, 100));
    stop.abort();
    expect((await running).exitCode).toBe(3);
    await expect.poll(() => isAlive(left), { timeout: 2_000 }).toBe(false);
  });

  it.each([
    ['idempotent', 5_000, 'exit 7', true],
    ['checkable', 5_000, 'exit 7', false],
    ['idempotent', 200, 'exec sleep 60', false],
  ] as const)(
    'of kind %s, with %i ms for "%s", may be tried again: %s',
    async (kind, timeoutMs, script, may) => {
      const ended = await executor({ argv: ['/bin/sh', '-c', script], kind, timeoutMs }).run(aJob().job);
      expect([ended.status, ended.retryable]).toEqual(['failed', may]);
    },
  );

  it('hears nothing more of what was left behind once it has ended', async () => {
    const { job, output } = aJob();
    const script = '(sleep 0.8; echo late) & echo now';
    await executor({ argv: ['/bin/sh', '-c', script] }).run(job);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(output()).toBe('now\n');
  });

  it('starts nothing that was stopped before', async () => {
    const mark = join(mkdtempSync(join(tmpdir(), 'keyturn-command-')), 'mark');
    const ended = await executor({ argv: ['/usr/bin/touch', mark] }).run(
      aJob({ signal: AbortSignal.abort() }).job,
    );
    expect([ended.status, existsSync(mark)]).toEqual(['failed', false]);
  });

  it('settles although a grandchild keeps its output open', async () => {
    const ended = await executor({ argv: ['/bin/sh', '-c', 'setsid sleep 5 & exit 0'] }).run(aJob().job);
    expect(ended.status).toBe('succeeded');
  });
});
