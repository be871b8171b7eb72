import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { checkAgreement } from './agreement.ts';
import { World } from './world.ts';

/** How to be in a mount namespace of one's own: as root, or as root of a user namespace. */
function unshare(context: TestContext): readonly string[] {
  const mount = 'mount -t tmpfs -o size=1m tmpfs /mnt';
  const ways = [['-m'], ['-r', '-m']];
  const works = ways.find((way) => spawnSync('unshare', [...way, 'sh', '-c', mount]).status === 0);
  return works ?? context.skip('needs a small tmpfs, which this machine does not let us mount');
}

it('row 24: a disk with no room left for a commit refuses with 503, and what it refused is not there after a crash', {
  timeout: 60_000,
}, async (context) => {
  const namespace = unshare(context);
  const world = new World();
  const script = `mount -t tmpfs -o size=3m tmpfs "$FAULT_DIR" && head -c 1500000 /dev/zero > "$FAULT_DIR/filler" && exec "$0" "$@"`;
  const child = world.launch({}, ['unshare', ...namespace, 'sh', '-c', script]);
  const server = await world.listens(child);
  // The namespace ends with the server. Until then its files are found through the process.
  const inside = (path: string) => join(`/proc/${child.pid}/root`, world.dir, path);
  const isReady = async () => (await fetch(`${server.url}/readyz`)).status;
  const submit = (key: string) => {
    const payload = { statement: `SELECT ${key} ${'x'.repeat(50_000)}` };
    return server.post('agent', '/v1/requests', aSubmission({ payload }), key);
  };

  const created: string[] = [];
  let refused = '';
  while (refused === '') {
    const key = `k${created.length}`;
    const answer = await submit(key);
    if (answer.status === 201) created.push(answer.body.id);
    else refused = key;
    if (refused !== '') expect([answer.status, answer.body.code]).toEqual([503, 'UNAVAILABLE']);
  }
  expect(created.length).toBeGreaterThan(3);
  // As after a crash at this moment: only what is on the disk counts.
  const copy = join(world.dir, 'copy');
  // A socket holds nothing, and cannot be copied.
  cpSync(inside('data'), copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  expect([...checkAgreement(join(copy, 'keyturn.db')).states().keys()]).toEqual(created);

  rmSync(inside('filler'));
  expect(await isReady()).toBe(200);
  const again = await submit(refused);
  expect(again.status).toBe(201);
  created.push(again.body.id);
  child.kill('SIGKILL');
  await server.gone;
});
