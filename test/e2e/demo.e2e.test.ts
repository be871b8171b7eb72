import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { skipUnless } from '../helpers/require.ts';
import { Folder, ROOT, type Running } from './folder.ts';

const HAS_CURL = spawnSync('curl', ['--version']).status === 0;

/** Processes that still run in that folder, whoever started them. Empty where there is no /proc. */
function running({ path }: Folder): string[] {
  const pids = existsSync('/proc/self') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return pids.filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(path);
    } catch {
      return false;
    }
  });
}

/** The demo, started as `npm start` starts it, and what it printed to be pasted. */
async function startDemo(folder: Folder) {
  const server = folder.keyturn(['serve'], { PORT: '0' });
  const [, guardLine = ''] = await server.said(/\n {3}(KEYTURN_URL=.+)\n/);
  const [, exportLine = ''] = await server.said(/\n {3}(export URL=.+)\n/);
  const printed = async (number: number) => {
    const [text] = await server.said(new RegExp(`Request ${number} waits:[^]+?audit verify\\n`));
    const lines = text.split('\n').map((line) => line.trim());
    const [owner = '', look = '', review = ''] = lines.filter((line) => line.startsWith('curl '));
    const [, verify = ''] = /Then check the log: (.+)/.exec(text) ?? [];
    return { owner, look, review, verify };
  };
  /** In the third terminal, where the tokens were exported. */
  const third = (line: string) => folder.paste(`${exportLine}\n${line}`).ended;
  return { server, guardLine, printed, third };
}

async function stop(server: Running): Promise<void> {
  const started = performance.now();
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  expect(performance.now() - started).toBeLessThan(3_000);
}

it('shows a first approval in an empty folder, by nothing but the lines that it prints', async (context) => {
  skipUnless(context, 'curl', HAS_CURL);
  const folder = new Folder();
  const { server, guardLine, printed, third } = await startDemo(folder);
  writeFileSync(join(folder.path, 'README.md'), '# My project\n');

  const guard = folder.paste(guardLine);
  await guard.said(/waits for operators 0\/1/);
  const lines = await printed(1);

  const owner = JSON.parse((await third(lines.owner)).stdout);
  expect(owner).toMatchObject({
    status: 403,
    code: 'SELF_REVIEW',
    detail: expect.stringContaining('Somebody else must'),
  });
  // Before anybody has seen what would run, nobody can approve it.
  expect(JSON.parse((await third(lines.review)).stdout)).toMatchObject({ code: 'FULL_VIEW_REQUIRED' });
  const seen = JSON.parse((await third(lines.look)).stdout);
  expect(seen.payload.argv).toEqual(['tar', '-cvf', '/tmp/keyturn-demo.tar', 'README.md']);
  expect(seen.view).toContain('README.md');
  expect(guard.child.exitCode).toBeNull();

  expect(JSON.parse((await third(lines.review)).stdout)).toMatchObject({ state: 'approved' });
  const ended = await guard.ended;
  expect([ended.code, ended.stdout]).toEqual([0, 'README.md\n']);
  await server.said(/Request 1 is now succeeded/);

  const verified = await third(lines.verify);
  expect(verified.code).toBe(3);
  expect(verified.stdout).toContain('nothing wrong in');
  expect(verified.stdout).toContain('not checked: signatures: no key was given');
  expect(verified.stdout).toContain('nothing outside the log confirms');
  await stop(server);
  expect(running(folder)).toEqual([]);
});

it('passes on the exit code of a command that fails, and runs nothing of what was rejected', async (context) => {
  skipUnless(context, 'curl', HAS_CURL);
  const folder = new Folder();
  const { server, guardLine, printed, third } = await startDemo(folder);

  // There is no README.md here: tar says so, and exits with 2.
  const failing = folder.paste(guardLine);
  const first = await printed(1);
  await third(first.look);
  await third(first.review);
  expect((await failing.ended).code).toBe(2);
  await server.said(/Request 1 is now failed/);

  const rejected = folder.paste(guardLine.replace(/-- tar .*/, '-- touch ran'));
  const second = await printed(2);
  const answer = await third(second.review.replace('approve', 'reject'));
  expect(JSON.parse(answer.stdout)).toMatchObject({ state: 'rejected' });
  expect((await rejected.ended).code).toBe(77);
  expect(existsSync(join(folder.path, 'ran'))).toBe(false);
  await stop(server);
});

it.each([
  ['HOST', '0.0.0.0', 'the demo listens on 127.0.0.1 only'],
  ['SLACK_BOT_TOKEN', 'xoxb-1', 'SLACK_BOT_TOKEN is set: the demo has no faces'],
  ['TEAMS_APP_ID', 'an-app', 'TEAMS_APP_ID is set: the demo has no faces'],
])('refuses to be a demo with %s=%s, and says why', async (name, value, why) => {
  const folder = new Folder();
  const { code, stderr } = await folder.keyturn(['serve'], { PORT: '0', [name]: value }).ended;
  expect(code).toBe(78);
  expect(stderr).toContain(why);
  expect(existsSync(join(folder.path, '.keyturn'))).toBe(false);
});

it('keeps its log over a restart, and takes none of the old tokens', async () => {
  const folder = new Folder();
  const first = await startDemo(folder);
  const [, url, token] = /KEYTURN_URL=(\S+) KEYTURN_TOKEN=(\S+)/.exec(first.guardLine) ?? [];
  const get = (at: string | undefined) =>
    fetch(`${at}/v1/requests`, { headers: { authorization: `Bearer ${token}` } });
  expect((await get(url)).status).toBe(200);
  await stop(first.server);

  const second = await startDemo(folder);
  const [, again] = /KEYTURN_URL=(\S+)/.exec(second.guardLine) ?? [];
  expect((await get(again)).status).toBe(401);
  await stop(second.server);
  const { code, stdout } = await folder.keyturn(['audit', 'verify', '--json']).ended;
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, problem: null });
});

it('is refused a second time in the same folder while the first runs', async () => {
  const folder = new Folder();
  const { server } = await startDemo(folder);
  const second = await folder.keyturn(['serve'], { PORT: '0' }).ended;
  expect([second.code, second.stdout]).toEqual([78, '']);
  expect(second.stderr).toContain('another Keyturn process uses');
  await stop(server);
});

it('answers to `npx keyturn` in its own repository', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const npx = spawnSync('npx', ['--offline', 'keyturn', '--version'], { cwd: ROOT, encoding: 'utf8' });
  expect([npx.status, npx.stdout.trim()]).toEqual([0, `keyturn/${version}`]);
});
