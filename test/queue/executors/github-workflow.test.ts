import { expect, it, onTestFinished } from 'vitest';
import { toExecutor } from '../../../queue/executors/settings.ts';
import { APP_ID, PRIVATE_KEY } from '../../connectors/github/fake-app-jwt.ts';
import { misdirecting } from '../../helpers/misdirecting.ts';
import { aJob } from './a-job.ts';
import { fakeWorkflow } from './fake-workflow.ts';

async function world(
  changes: Parameters<typeof fakeWorkflow>[0] = {},
  by?: Parameters<typeof fakeWorkflow>[1],
) {
  const inputs = { version: '{/version}', kind: 'full' };
  const { github, executor } = await fakeWorkflow({ inputs, ...changes }, by);
  const started = async () => {
    await expect.poll(() => github.runs.size).toBe(1);
    const run = github.runs.get('run 1');
    if (run === undefined) throw new Error('nothing was started');
    return run;
  };
  return { github, executor, started };
}

it('starts the workflow once with what was approved, and follows its run to the end', async () => {
  const { github, executor, started } = await world();
  const { job, output } = aJob({ payload: { version: '--42' } });
  const end = executor.run(job);
  (await started()).ended = 'success';
  expect(await end).toMatchObject({ status: 'succeeded', retryable: false });
  expect(github.dispatched).toEqual([
    { workflow: 'deploy.yml', ref: 'main', inputs: { version: '--42', kind: 'full' } },
  ]);
  expect(output()).toMatch(/^started run \d+ of acme\/api\n$/);
  expect(github.complaints).toEqual([]);
});

it.each(['failure', 'cancelled', 'timed_out', 'startup_failure'])(
  'a run that ends with %s has failed',
  async (how) => {
    const { executor, started } = await world();
    const end = executor.run(aJob().job);
    (await started()).ended = how;
    expect(await end).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining(how),
      retryable: false,
    });
  },
);

it('goes on following while GitHub is away', async () => {
  const { github, executor, started } = await world();
  const end = executor.run(aJob().job);
  const run = await started();
  github.instead = 502;
  const calls = github.calls.length;
  await expect.poll(() => github.calls.length).toBeGreaterThan(calls + 2);
  run.ended = 'success';
  github.instead = null;
  expect((await end).status).toBe('succeeded');
});

it('a stop calls the run off, at once', async () => {
  const { executor, started } = await world({ timeoutMs: 3_600_000 });
  const stopping = new AbortController();
  const end = executor.run(aJob({ signal: stopping.signal }).job);
  const run = await started();
  stopping.abort();
  expect(await end).toMatchObject({ status: 'failed', detail: expect.stringContaining('cancelled') });
  expect(run.ended).toBe('cancelled');
});

it('a stop that GitHub does not hear is said again until it does', async () => {
  const { github, executor, started } = await world();
  const stopping = new AbortController();
  const end = executor.run(aJob({ signal: stopping.signal }).job);
  const run = await started();
  github.instead = 502;
  stopping.abort();
  const calls = github.calls.length;
  await expect.poll(() => github.calls.length).toBeGreaterThan(calls + 2);
  github.instead = null;
  expect(await end).toMatchObject({ status: 'failed', detail: expect.stringContaining('cancelled') });
  expect(run.ended).toBe('cancelled');
});

it('a clock that is set an hour ahead calls no run off', async () => {
  const { github, executor, started } = await world();
  const end = executor.run(aJob().job);
  const run = await started();
  const now = Date.now;
  onTestFinished(() => {
    Date.now = now;
  });
  Date.now = () => now() + 3_600_000;
  const calls = github.calls.length;
  await expect.poll(() => github.calls.length).toBeGreaterThan(calls + 2);
  run.ended = 'success';
  expect((await end).status).toBe('succeeded');
});

it('its time is up: the run is called off', async () => {
  const { executor } = await world({ timeoutMs: 200 });
  expect(await executor.run(aJob().job)).toMatchObject({
    status: 'failed',
    detail: expect.stringContaining('cancelled'),
  });
});

it('nobody can say how a run ended that does not end when it is called off', async () => {
  const { github, executor } = await world({ timeoutMs: 100, graceMs: 200 });
  github.isStubborn = true;
  expect(await executor.run(aJob().job)).toMatchObject({ status: 'unknown', retryable: false });
  expect(github.calls.filter((call) => call.includes('/cancel'))).toHaveLength(1);
});

it.each([
  ['GitHub refuses it', { ref: 'gone' }, 'failed', 0],
  ['the workflow is not there', { workflow: 'other.yml' }, 'failed', 0],
  ['the App is not installed', { installation: 78 }, 'failed', 0],
  ['the name is another repository’s now', { repository: 'acme/other' }, 'failed', 0],
])('nothing was started where %s', async (_why, changes, status, count) => {
  const { github, executor } = await world(changes);
  expect(await executor.run(aJob().job)).toMatchObject({ status, retryable: false });
  expect(github.dispatched).toHaveLength(count);
});

it.each([
  [500, 'unknown'],
  [429, 'failed'],
  [204, 'unknown'],
])('an answer %i to the start is %s, and is not tried again', async (status, ended) => {
  const { github, executor } = await world();
  const { job } = aJob({
    isLate: () => {
      github.instead = status;
      return false;
    },
  });
  expect(await executor.run(job)).toMatchObject({ status: ended, retryable: false });
});

it('is not started again by the library where GitHub starts it and then says that it is another server', async () => {
  const { github, executor } = await world({}, (url) => misdirecting(() => url, /\/dispatches$/));
  expect(await executor.run(aJob().job)).toMatchObject({ status: 'unknown', retryable: false });
  expect(github.dispatched).toHaveLength(1);
});

it('starts nothing once it is late or stopped', async () => {
  const { github, executor } = await world();
  expect((await executor.run(aJob({ isLate: () => true }).job)).status).toBe('failed');
  const stopped = new AbortController();
  stopped.abort();
  expect((await executor.run(aJob({ signal: stopped.signal }).job)).status).toBe('failed');
  expect(github.dispatched).toEqual([]);
});

it('says in one line what would run, and refuses a payload that lacks a value', async () => {
  const { executor } = await world();
  expect(executor.describe({ version: '42' })).toBe(
    'runs workflow deploy.yml of acme/api at main with version="42" kind="full"',
  );
  expect(executor.problems({})).toEqual([{ pointer: '/payload/version', problem: expect.any(String) }]);
  expect(executor.problems({ version: 42 })).toHaveLength(1);
});

it('needs the key of the App, and shows none of it where it is none', () => {
  const workflow = {
    api_url: 'https://api.github.com',
    app_id: APP_ID,
    private_key_env: 'APP_KEY',
    installation_id: 77,
    repository_id: 7300,
    repository: 'acme/api',
    workflow: 'deploy.yml',
    ref: 'main',
    inputs: {},
    timeout_ms: 1_000,
  };
  const settings = { github_workflow: workflow, kind: 'once' } as const;
  const toIt = (env: Record<string, string>) => () => toExecutor(settings, env, Date.now);
  expect(toIt({})).toThrow('APP_KEY is not set');
  expect(toIt({ APP_KEY: 'canary-of-a-key' })).toThrow(/^APP_KEY is no RSA private key in PEM$/);
  expect(toIt({ APP_KEY: PRIVATE_KEY.replaceAll('\n', '\\n') })().describe({})).toContain('deploy.yml');
});
