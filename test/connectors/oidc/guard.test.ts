import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { approve } from '../../helpers/start-keyturn.ts';
import { endOf, nthRequest } from '../hook/world.ts';
import { type OidcWorld, oidcWorld } from './world.ts';

const BIN = join(import.meta.dirname, '../../../dist/bot/cli/keyturn.js');
const KNOWN = { accounts: { 'github:127.0.0.1/583231': 'eve' } } as const;

function guard({ keyturn }: OidcWorld, env: Record<string, string>) {
  const options = ['--action', 'db.migrate', '--target', 'postgres/prod/orders', '--reason', 'release 12'];
  const child = spawn(process.execPath, [BIN, 'guard', ...options, '--', 'echo', 'ran'], {
    env: { PATH: '/usr/bin:/bin', KEYTURN_URL: keyturn.url, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return endOf(child);
}

/** What GitHub gives a job that has `id-token: write`. */
async function tokenEndpoint(world: OidcWorld, seen: string[]): Promise<string> {
  const server = createServer(async (incoming, response) => {
    seen.push(`${incoming.url} ${incoming.headers.authorization}`);
    response.end(JSON.stringify({ value: await world.issuer.token() }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api-version=2`;
}

it('in GitHub Actions, guard shows the token of its job, and runs once approved', async () => {
  const world = await oidcWorld(KNOWN);
  const seen: string[] = [];
  const address = await tokenEndpoint(world, seen);
  const end = guard(world, {
    ACTIONS_ID_TOKEN_REQUEST_URL: address,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'right-of-the-job',
  });
  const request = await nthRequest(world.keyturn);
  expect(request.requester).toEqual({ id: 'ci', kind: 'pipeline', verified_by: 'oidc' });
  await approve(world.keyturn, 'bob', request);
  expect(await end).toMatchObject({ code: 0, stdout: 'ran\n' });
  expect(seen).toEqual(['/token?api-version=2&audience=keyturn Bearer right-of-the-job']);
});

it('in GitLab CI, guard shows KEYTURN_ID_TOKEN', async () => {
  const world = await oidcWorld(KNOWN);
  const token = await world.issuer.token();
  const end = guard(world, { KEYTURN_ID_TOKEN: token });
  await approve(world.keyturn, 'bob', await nthRequest(world.keyturn));
  const { code, stdout, stderr } = await end;
  expect([code, stdout]).toEqual([0, 'ran\n']);
  expect(stderr).not.toContain(token);
});

it('runs nothing with a token that Keyturn does not take, and does not print it', async () => {
  const world = await oidcWorld(KNOWN);
  const token = await world.issuer.token({ claims: { repository_id: '7301' } });
  const { code, stdout, stderr } = await guard(world, { KEYTURN_ID_TOKEN: token });
  expect([code, stdout]).toEqual([78, '']);
  expect(stderr).toContain('does not take the OIDC token of this job');
  expect(stderr).not.toContain(token);
});

it('a token of ours goes before that of the job', async () => {
  const world = await oidcWorld(KNOWN);
  const env = { KEYTURN_TOKEN: 'ktp_a_person_0123456789', KEYTURN_ID_TOKEN: await world.issuer.token() };
  expect((await guard(world, env)).code).toBe(78);
});
