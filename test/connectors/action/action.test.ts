import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { slowWayTo } from '../../helpers/slow-way.ts';
import { MINUTE, review, seeAndApprove } from '../api/world.ts';
import { endOf, nthRequest } from '../hook/world.ts';
import { type OidcWorld, oidcWorld } from '../oidc/world.ts';

const ROOT = join(import.meta.dirname, '../../..');
const manifest = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8'));
const BUNDLE = join(ROOT, manifest.runs.main);
const KNOWN = { accounts: { 'github:127.0.0.1/583231': 'eve' } } as const;

/** A job of GitHub Actions with this one step, as its runner starts it: before the job, and once after. */
class Job {
  readonly #folder = mkdtempSync(join(tmpdir(), 'keyturn-action-'));
  readonly #world: OidcWorld;
  readonly #address: string;

  private constructor(world: OidcWorld, address: string) {
    this.#world = world;
    this.#address = address;
    for (const file of ['output', 'state']) writeFileSync(join(this.#folder, file), '');
    onTestFinished(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  static async start(world: OidcWorld): Promise<Job> {
    const server = createServer(async (_incoming, response) => {
      response.end(JSON.stringify({ value: await world.issuer.token() }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    return new Job(world, `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api-version=2`);
  }

  /** The step itself. */
  step(
    inputs: Record<string, string> = {},
    url = this.#world.keyturn.url,
    more: Record<string, string> = {},
  ) {
    return this.#run({ url, ...inputs }, more);
  }

  /** Its `post`, when the job has ended so. */
  after(status: string) {
    const state = Object.entries(this.#read('state')).map(([name, value]) => [`STATE_${name}`, value]);
    return this.#run({ url: this.#world.keyturn.url, 'job-status': status }, Object.fromEntries(state));
  }

  outputs(): Record<string, string> {
    return this.#read('output');
  }

  #run(inputs: Record<string, string>, state: Record<string, string>) {
    const given = {
      action: 'db.migrate',
      target: 'postgres/prod/orders',
      reason: 'release 12',
      payload: '{"version":"42"}',
      'job-status': 'success',
      audience: 'keyturn',
      ...inputs,
    };
    const child = spawn(process.execPath, [BUNDLE], {
      cwd: this.#folder,
      env: {
        PATH: '/usr/bin:/bin',
        ...Object.fromEntries(
          Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
        ),
        GITHUB_OUTPUT: join(this.#folder, 'output'),
        GITHUB_STATE: join(this.#folder, 'state'),
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'acme/api',
        GITHUB_REPOSITORY_ID: '7300',
        GITHUB_RUN_ID: '88',
        GITHUB_RUN_ATTEMPT: '1',
        GITHUB_JOB: 'deploy',
        GITHUB_SHA: 'c0ffee',
        GITHUB_REF: 'refs/heads/main',
        GITHUB_WORKFLOW_REF: 'acme/api/.github/workflows/deploy.yml@refs/heads/main',
        ACTIONS_ID_TOKEN_REQUEST_URL: this.#address,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'right-of-the-job',
        ...state,
      },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    return { child, end: endOf(child) };
  }

  #read(file: string): Record<string, string> {
    const text = readFileSync(join(this.#folder, file), 'utf8');
    return Object.fromEntries(
      [...text.matchAll(/^(\w+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map(([, name = '', , value = '']) => [
        name,
        value,
      ]),
    );
  }
}

/** A job whose step waits for its approval. */
async function waitingJob(more: Record<string, string> = {}) {
  const world = await oidcWorld(KNOWN);
  const job = await Job.start(world);
  const { child, end } = job.step({}, world.keyturn.url, more);
  const request = await nthRequest(world.keyturn);
  const now = async () => (await world.keyturn.get('bob', `/v1/requests/${request.id}`)).body;
  const approved = async () => {
    await seeAndApprove(world.keyturn, 'bob', request);
    return end;
  };
  return { ...world, job, child, end, request, now, approved };
}

it('a time-out that passes while the release is on its way does not stop the job', async () => {
  const world = await oidcWorld(KNOWN);
  const job = await Job.start(world);
  const { end } = job.step({ timeout: '6s' }, await slowWayTo(world.keyturn.url, /\/consume$/, 7_000));
  await seeAndApprove(world.keyturn, 'bob', await nthRequest(world.keyturn));
  const ended = await end;
  expect(ended.code, ended.stderr).toBe(0);
});

it('is in step with its sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const made = join(folder, 'keyturn.mjs');
  execFileSync(process.execPath, [join(ROOT, 'test/tooling/build-action.mjs'), made]);
  const isSame = readFileSync(made, 'utf8') === readFileSync(BUNDLE, 'utf8');
  expect(isSame, 'run npm run build:action and commit what it makes').toBe(true);
});

it('names inputs that it reads, and reads the end of the job from the runner', () => {
  expect(Object.keys(manifest.inputs).sort()).toEqual(
    ['action', 'audience', 'job-status', 'payload', 'reason', 'target', 'timeout', 'url'].sort(),
  );
  expect(manifest.inputs['job-status'].default).toMatch(/^\$\{\{ job\.status \}\}$/);
  expect(manifest.runs).toMatchObject({ using: 'node24', 'post-if': 'always()', post: manifest.runs.main });
});

it('holds the job with its own token, lets it go on once, and reports how it ended', async () => {
  const { job, request, now, approved } = await waitingJob();
  expect(request).toMatchObject({
    requester: { id: 'ci', verified_by: 'oidc' },
    links: ['https://github.com/acme/api/actions/runs/88'],
  });
  const ended = await approved();
  expect(ended.code, ended.stderr).toBe(0);
  expect(JSON.parse(job.outputs()['payload'] ?? '')).toMatchObject({
    version: '42',
    github: { repository_id: '7300', sha: 'c0ffee', job: 'deploy' },
  });
  expect((await now()).state).toBe('executing');
  expect((await job.after('success').end).code).toBe(0);
  expect(await now()).toMatchObject({
    state: 'succeeded',
    execution: { outcome: { detail: 'the job ended with success' } },
  });
});

it.each(['failure', 'cancelled'])('reports a job that ended with %s as failed', async (status) => {
  const { job, now, approved } = await waitingJob();
  await approved();
  await job.after(status).end;
  expect((await now()).state).toBe('failed');
});

it('ends the job where it was rejected, or where nobody decided in time, and reports nothing after it', async () => {
  const world = await oidcWorld(KNOWN);
  const rejected = await Job.start(world);
  const first = rejected.step();
  await review(world.keyturn, 'bob', await nthRequest(world.keyturn), 'reject', {
    comment: 'not on a Friday',
  });
  const no = await first.end;
  expect([no.code, no.stderr, no.stdout]).toEqual([
    77,
    expect.stringContaining('not on a Friday'),
    expect.stringContaining('::error title=Keyturn::'),
  ]);
  expect(rejected.outputs()).toEqual({});
  expect((await rejected.after('failure').end).code).toBe(0);
  const late = await Job.start(world);
  const second = late.step();
  await nthRequest(world.keyturn, 2);
  world.keyturn.clock.advance(31 * MINUTE);
  expect((await second.end).code).toBe(77);
});

it('a job that is called off takes its request along', async () => {
  const { child, end, now } = await waitingJob();
  child.kill('SIGINT');
  expect((await end).code).toBe(75);
  expect((await now()).state).toBe('cancelled');
});

it.each([
  ['an input is missing', { reason: '' }, 78],
  ['the payload is no object', { payload: '[1]' }, 78],
  ['the payload speaks for the job', { payload: '{"github":{"sha":"beef"}}' }, 78],
])('runs nothing where %s', async (_what, inputs, code) => {
  const world = await oidcWorld(KNOWN);
  const job = await Job.start(world);
  expect((await job.step(inputs).end).code).toBe(code);
  expect((await world.keyturn.get('carol', '/v1/requests')).body.items).toEqual([]);
});

it('an end of the job that the runner does not tell is not guessed', async () => {
  const { job, now, approved } = await waitingJob();
  await approved();
  expect((await job.after('').end).code).toBe(0);
  expect((await now()).state).toBe('executing');
});

it('what the runner takes no output of has not run, and is reported as failed', async () => {
  const { now, approved } = await waitingJob({ GITHUB_OUTPUT: '/nonexistent/output' });
  expect((await approved()).code).toBe(78);
  expect((await now()).state).toBe('failed');
});

it('what a reviewer writes is no command to the runner', async () => {
  const { keyturn, request, end } = await waitingJob();
  const comment = 'no ##[add-mask]e ##vso[task.setvariable variable=A]b\n::add-mask::e';
  await review(keyturn, 'bob', request, 'reject', { comment });
  const { stdout, stderr } = await end;
  expect(stderr).toContain('# #[add-mask]e');
  expect(stdout + stderr).not.toMatch(/##|^::add-mask::e/m);
});

it.each([
  ['the token of another repository', { repository_id: '7301' }],
  ['the token of another workflow', { job_workflow_ref: 'acme/api/.github/workflows/x.yml@refs/heads/main' }],
  ['a token for somebody else', { aud: 'sigstore' }],
])('row 10: runs nothing with %s, and prints none of it', async (_what, claims) => {
  const world = await oidcWorld(KNOWN);
  const { issuer } = world;
  const real = issuer.token.bind(issuer);
  issuer.token = () => real({ claims });
  const { code, stdout, stderr } = await (await Job.start(world)).step().end;
  expect(code).toBe(78);
  expect(stdout + stderr).not.toContain('eyJ');
  expect((await world.keyturn.get('carol', '/v1/requests')).body.items).toEqual([]);
});

it('row 10: the end of one run cannot report for another', async () => {
  const { job, issuer, now, approved } = await waitingJob();
  await approved();
  const real = issuer.token.bind(issuer);
  issuer.token = () => real({ claims: { run_id: '901' } });
  expect((await job.after('success').end).stderr).toContain('could not be reported');
  expect((await now()).state).toBe('executing');
});

it('runs nothing while Keyturn is away', async () => {
  const world = await oidcWorld(KNOWN);
  const job = await Job.start(world);
  const { code, stdout } = await job.step({}, 'http://127.0.0.1:9').end;
  expect([code, stdout]).toEqual([69, expect.stringContaining('::error')]);
}, 30_000);

it('the runner is told to hide what is secret before it could be printed', async () => {
  const { stdout, stderr } = await (await waitingJob()).approved();
  const masked = [...stdout.matchAll(/^::add-mask::(\S+)$/gm)].map(([, value]) => value);
  expect(masked).toHaveLength(2);
  expect(masked[0]).toMatch(/^kts_/);
  for (const value of masked) expect(stderr).not.toContain(value);
});
