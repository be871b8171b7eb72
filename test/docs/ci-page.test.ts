import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, type TestContext } from 'vitest';
import { parse } from 'yaml';
import { readPolicyFile } from '../../bot/policy-file/read.ts';
import { SubmitMessage } from '../../connectors/api/schema.ts';
import { seeAndApprove } from '../connectors/api/world.ts';
import { endOf, nthRequest } from '../connectors/hook/world.ts';
import { oidcWorld } from '../connectors/oidc/world.ts';
import { isOnPath, skipUnless } from '../helpers/require.ts';
import { tokenOf } from '../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

const BIN = join(import.meta.dirname, '../../dist/bot/cli/keyturn.js');
const page = readFileSync(join(import.meta.dirname, '../../.github/docs/ci.md'), 'utf8');
const fence = (name: string): string => {
  const [, , text] = new RegExp(`\`\`\`(\\w+) ${name}\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  if (text === undefined) throw new Error(`the page has no ${name}`);
  return text;
};

/** A checkout on a runner: the script of the job, and `keyturn` on the PATH. */
function runner(): {
  readonly folder: string;
  readonly ran: () => string;
  readonly env: Record<string, string>;
} {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-ci-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'migrate.sh'), '#!/bin/sh\necho "$@" >> ran\nexit $EXIT\n', {
    mode: 0o755,
  });
  writeFileSync(join(folder, 'keyturn'), `#!/bin/sh\nexec ${process.execPath} ${BIN} "$@"\n`);
  chmodSync(join(folder, 'keyturn'), 0o755);
  symlinkSync(process.execPath, join(folder, 'node'));
  const ran = () => (existsSync(join(folder, 'ran')) ? readFileSync(join(folder, 'ran'), 'utf8') : '');
  return { folder, ran, env: { PATH: `${folder}:/usr/bin:/bin`, HOME: folder } };
}

function shell(script: string, folder: string, env: Record<string, string>, args: readonly string[] = []) {
  const child = spawn('/bin/bash', ['-e', '-o', 'pipefail', '-c', script, 'job', ...args], {
    cwd: folder,
    env,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const TOKEN_OF_THE_JOB = { accounts: { 'github:127.0.0.1/583231': 'eve' } } as const;

it('the GitHub workflow runs its step once, after people agreed, with the token of its job alone', async () => {
  const world = await oidcWorld(TOKEN_OF_THE_JOB);
  const { folder, ran, env } = runner();
  const workflow = parse(fence('github-actions'));
  expect(workflow.permissions['id-token']).toBe('write');
  const { run } = workflow.jobs.deploy.steps.at(-1);
  const child = shell(run, folder, {
    ...env,
    KEYTURN_URL: world.keyturn.url,
    KEYTURN_ID_TOKEN: await world.issuer.token(),
    GITHUB_WORKFLOW: 'deploy',
    GITHUB_SHA: 'c0ffee',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'acme/api',
    GITHUB_RUN_ID: '88',
  });
  const end = endOf(child);
  const request = await nthRequest(world.keyturn);
  expect(request).toMatchObject({
    reason: 'deploy for c0ffee',
    links: ['https://github.com/acme/api/actions/runs/88'],
    requester: { verified_by: 'oidc' },
  });
  expect(ran()).toBe('');
  await seeAndApprove(world.keyturn, 'bob', request);
  expect(await end).toMatchObject({ code: 0 });
  expect(ran()).toBe('42\n');
});

it('the step with the action gives what the action takes, and reads what it gives', () => {
  const { inputs, outputs } = parse(readFileSync(join(import.meta.dirname, '../../action.yml'), 'utf8'));
  const { permissions, steps } = parse(fence('github-action')).jobs.deploy;
  expect(permissions['id-token']).toBe('write');
  const given = Object.keys(steps[1].with);
  expect(Object.keys(inputs)).toEqual(expect.arrayContaining(given));
  const needed = Object.entries<{ required: boolean }>(inputs).filter(([, { required }]) => required);
  expect(given).toEqual(expect.arrayContaining(needed.map(([name]) => name)));
  expect(Object.keys(outputs)).toContain('payload');
});

it('the GitLab job does so too', async () => {
  const world = await oidcWorld(TOKEN_OF_THE_JOB);
  const { folder, ran, env } = runner();
  const { script, id_tokens: tokens } = parse(fence('gitlab')).migrate;
  expect(Object.keys(tokens)).toEqual(['KEYTURN_ID_TOKEN']);
  const child = shell(script.join('\n'), folder, {
    ...env,
    KEYTURN_URL: world.keyturn.url,
    KEYTURN_ID_TOKEN: await world.issuer.token(),
    CI_PIPELINE_NAME: 'release',
    CI_COMMIT_SHA: 'c0ffee',
    CI_JOB_URL: 'https://gitlab.com/acme/api/-/jobs/9',
  });
  const end = endOf(child);
  await seeAndApprove(world.keyturn, 'bob', await nthRequest(world.keyturn));
  expect(await end).toMatchObject({ code: 0 });
  expect(ran()).toBe('42\n');
});

it('the Jenkins stage does so with a token of ours, and a rejected one fails the build', async () => {
  const keyturn = await startKeyturn();
  const file = fence('jenkins');
  expect(file.split('{').length).toBe(file.split('}').length);
  const script = /sh '''\n([\s\S]*?)'''/.exec(file)?.[1] ?? '';
  const env = {
    KEYTURN_URL: keyturn.url,
    KEYTURN_TOKEN: tokenOf('ci'),
    JOB_NAME: 'migrate',
    BUILD_NUMBER: '7',
    BUILD_URL: 'https://ci.example/job/7/',
  };
  const first = runner();
  const end = endOf(shell(script, first.folder, { ...first.env, ...env }));
  await seeAndApprove(keyturn, 'bob', await nthRequest(keyturn));
  expect(await end).toMatchObject({ code: 0 });
  expect(first.ran()).toBe('42\n');
  const second = runner();
  const no = endOf(shell(script, second.folder, { ...second.env, ...env }));
  await reject(keyturn, await nthRequest(keyturn, 2));
  expect(await no).toMatchObject({ code: 77 });
  expect(second.ran()).toBe('');
});

async function reject(keyturn: TestKeyturn, { id, action_digest }: { id: string; action_digest: string }) {
  const body = { verdict: 'reject', action_digest, comment: 'not today' };
  expect((await keyturn.post('bob', `/v1/requests/${id}/reviews`, body)).status).toBe(200);
}

const ARGUMENTS = [
  'db.migrate',
  'postgres/prod/orders',
  'release "12"',
  '--',
  './migrate.sh',
  'a b',
  '$(id)',
  '',
];

function hold(keyturn: { readonly url: string }, more: Record<string, string> = {}) {
  const { folder, ran, env } = runner();
  const settings = { ...env, KEYTURN_URL: keyturn.url, KEYTURN_TOKEN: tokenOf('ci'), ...more };
  const child = shell(fence('hold'), folder, settings, ARGUMENTS);
  return { child, ran, end: endOf(child) };
}

const needsJq = (context: TestContext) => skipUnless(context, 'jq', isOnPath('jq'));

it('the bash script runs exactly what was approved, and says how it ended', async (context) => {
  needsJq(context);
  const keyturn = await startKeyturn();
  const { ran, end } = hold(keyturn, { EXIT: '3' });
  const request = await nthRequest(keyturn);
  const { payload } = (await keyturn.get('bob', `/v1/requests/${request.id}/payload`)).body;
  expect(payload.argv).toEqual(ARGUMENTS.slice(4));
  await seeAndApprove(keyturn, 'bob', request);
  expect(await end).toMatchObject({ code: 3 });
  expect(ran()).toBe('a b $(id) \n');
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(body).toMatchObject({ state: 'failed', execution: { outcome: { exit_code: 3 } } });
});

it('the bash script runs nothing that was rejected, that was refused, or that nobody answers', async (context) => {
  needsJq(context);
  const keyturn = await startKeyturn();
  const first = hold(keyturn);
  await reject(keyturn, await nthRequest(keyturn));
  const rejected = await first.end;
  expect([rejected.code, rejected.stderr]).toEqual([77, expect.stringContaining('not today')]);
  const refused = hold(keyturn, { KEYTURN_TOKEN: 'ktc_nobody_nobody_nobody' });
  expect(await refused.end).toMatchObject({ code: 77 });
  const nobody = hold({ url: 'http://127.0.0.1:9' });
  expect(await nobody.end).toMatchObject({ code: 69 });
  expect([first.ran(), refused.ran(), nobody.ran()]).toEqual(['', '', '']);
}, 30_000);

it('a job that is stopped takes its request along, and no process list ever shows the token', async (context) => {
  needsJq(context);
  const keyturn = await startKeyturn();
  const { child, ran, end } = hold(keyturn);
  const { id } = await nthRequest(keyturn);
  expect(argumentsUnder(child)).not.toContain(tokenOf('ci'));
  child.kill('SIGTERM');
  expect(await end).toMatchObject({ code: 75 });
  expect((await keyturn.get('bob', `/v1/requests/${id}`)).body.state).toBe('cancelled');
  expect(ran()).toBe('');
});

/** The arguments of a process and of those it started. */
function argumentsUnder({ pid }: ChildProcess): string {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return [pid, ...children]
    .filter((one) => one !== '' && existsSync(`/proc/${one}/cmdline`))
    .map((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8'))
    .join('\n');
}

it.each(['client-of-github', 'client-of-webhooks'])('%s is a client that loads', (name) => {
  const policy = readFileSync(join(import.meta.dirname, '../../.github/docs/policy.md'), 'utf8');
  const base = /```yaml base\n([\s\S]*?)```/.exec(policy)?.[1] ?? '';
  const clients = fence(name).replace('clients:\n', '');
  const rest =
    'plans: { one: { seats: [{ from: [dba], count: 1 }] } }\ndefault: { effect: require, plan: one }\nrules: []\n';
  const text = `${base}${rest}`.replace(/^clients:\n/m, `clients:\n${clients}`);
  const read = readPolicyFile(text);
  expect(read.ok ? [] : read.problems).toEqual([]);
  expect(text).toContain(clients);
});

it('the message of a webhook is one that is taken', () => {
  expect(SubmitMessage.safeParse(JSON.parse(fence('webhook-message'))).success).toBe(true);
});
