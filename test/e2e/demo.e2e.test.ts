import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { aPerson, useBrowser } from '../helpers/chromium.ts';
import { Folder, ROOT, type Running } from './folder.ts';
import { Visit } from './room-world.ts';

const browser = useBrowser();

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

/** The demo, started as `npm start` starts it, and what it printed to be opened, typed and pasted. */
async function startDemo(folder: Folder) {
  const server = folder.keyturn(['serve'], { PORT: '0' });
  const [welcome] = await server.said(/Keyturn demo.+?export URL=\S+ AGENT.+?\n/s);
  const printed = (pattern: RegExp) => pattern.exec(welcome)?.[1] ?? `nothing like ${pattern} was printed`;
  const call = (who: string, path: string, body?: unknown) => {
    const token = printed(new RegExp(`${who}=(\\S+)`));
    const headers = { authorization: `Bearer ${token}` };
    const method = body === undefined ? 'GET' : 'POST';
    const url = `${printed(/export URL=(\S+)/)}/v1/requests${path}`;
    return fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  };
  /** The only request that waits, as Bob finds it. */
  const waiting = async () => {
    const { items } = (await (await call('BOB', '?state=pending')).json()) as {
      items: { id: string; action_digest: string }[];
    };
    return items[0] ?? { id: 'none', action_digest: 'none' };
  };
  return {
    server,
    call,
    waiting,
    room: printed(/Open {2}(\S+)/),
    bob: printed(/sign in as Bob: {2}(\S+)/),
    alice: printed(/be Alice as well: {2}(\S+)\)/),
    guardLine: printed(/^ {3}(KEYTURN_URL=.+ guard .+)$/m),
    destroyLine: printed(/^ {3}(KEYTURN_URL=.+ request .+)$/m),
    verifyLine: printed(/^ {3}(node .+ audit verify)$/m),
  };
}

async function stop(server: Running): Promise<void> {
  const started = performance.now();
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  expect(performance.now() - started).toBeLessThan(3_000);
}

it('shows the whole idea in an empty folder, by nothing but what it prints', async (context) => {
  const chromium = await browser(context);
  const folder = new Folder();
  const demo = await startDemo(folder);
  writeFileSync(join(folder.path, 'README.md'), '# My project\n');
  const sitDown = async (code: string) => {
    const person = await aPerson(chromium);
    await person.page.goto(demo.room);
    const visit = new Visit(person);
    await visit.signIn(code);
    return visit;
  };
  const [bob, alice] = [await sitDown(demo.bob), await sitDown(demo.alice)];

  const guard = folder.paste(demo.guardLine);
  await guard.said(/waits for operators 0\/1/);
  await alice.sees(1, 'Approval needed');
  await alice.press(1, 'Approve');
  await alice.told(1, 'you stand behind it');
  await bob.sees(1, 'tar -cvf /tmp/keyturn-demo.tar README.md');
  expect(guard.child.exitCode).toBeNull();
  await bob.press(1, 'Approve');
  const ended = await guard.ended;
  expect([ended.code, ended.stdout]).toEqual([0, 'README.md\n']);
  await bob.sees(1, 'It succeeded');
  await demo.server.said(/Request 1 is now succeeded/);

  // The second one is critical, and what it would destroy is not what its card shows first.
  const destroy = folder.paste(demo.destroyLine);
  const card = await bob.sees(2, 'critical');
  expect(await card.locator('.card-payload').innerText()).not.toContain('customers');
  await bob.press(2, 'View full payload');
  await bob.page.getByRole('dialog').getByText('aws_db_instance.customers').waitFor();
  await bob.pressInDialog('Reject');
  await bob.giveReason('That is the customers’ database', 'Reject');
  expect((await destroy.ended).code).toBe(77);

  const verified = await folder.paste(demo.verifyLine).ended;
  expect(verified.code).toBe(3);
  expect(verified.stdout).toContain('nothing wrong in');
  expect(verified.stdout).toContain('nothing outside the log confirms');
  for (const { person } of [bob, alice]) person.expectBrokenNetwork();
  await stop(demo.server);
  expect(running(folder)).toEqual([]);
}, 90_000);

it('gives each code to one person, once, and makes a new one while it runs', async () => {
  const folder = new Folder();
  const { server, room, bob } = await startDemo(folder);
  const enter = (code: string) =>
    fetch(`${room}/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: new URL(room).origin },
      body: JSON.stringify({ code }),
    });
  const [first, second] = [await enter(bob), await enter(bob)];
  expect([first.status, second.status]).toEqual([200, 401]);
  expect(await first.json()).toMatchObject({ id: 'bob' });
  const made = await folder.keyturn(['room', 'code', 'alice']).ended;
  expect(await (await enter(made.stdout.trim())).json()).toMatchObject({ id: 'alice' });
  const nobody = await folder.keyturn(['room', 'code', 'mallory']).ended;
  expect([nobody.code, nobody.stdout]).toEqual([78, '']);
  expect(nobody.stderr).toContain('nobody here is called mallory: alice, bob');
  await stop(server);
});

it('passes on the exit code of a command that fails, and runs nothing of what was rejected', async () => {
  const folder = new Folder();
  const { server, guardLine, call, waiting } = await startDemo(folder);

  // There is no README.md here: tar says so, and exits with 2.
  const failing = folder.paste(guardLine);
  await server.said(/Request 1 waits/);
  const { id, action_digest } = await waiting();
  expect((await call('BOB', `/${id}/reviews`, { verdict: 'approve', action_digest })).status).toBe(403);
  expect((await call('BOB', `/${id}/payload`)).status).toBe(200);
  expect((await call('BOB', `/${id}/reviews`, { verdict: 'approve', action_digest })).status).toBe(200);
  expect((await failing.ended).code).toBe(2);
  await server.said(/Request 1 is now failed/);

  const rejected = folder.paste(guardLine.replace(/-- tar .*/, '-- touch ran'));
  await server.said(/Request 2 waits/);
  const second = await waiting();
  const no = { verdict: 'reject', action_digest: second.action_digest, comment: 'no' };
  expect((await call('BOB', `/${second.id}/reviews`, no)).status).toBe(200);
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
