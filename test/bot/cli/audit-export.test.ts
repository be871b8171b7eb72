import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { submit } from '../../connectors/api/world.ts';
import { verifierKey } from '../../helpers/bundle.ts';
import { tokenOf } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';

const KEYTURN = join(import.meta.dirname, '../../../dist/bot/cli/keyturn.js');

function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-cli-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Beside the server of this process, so it must not block it. */
function keyturn(cwd: string, env: Record<string, string>, ...args: readonly string[]) {
  const child = spawn(process.execPath, [KEYTURN, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise<{ exit: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (exit) => resolve({ exit, out, err }));
  });
}

it('writes a bundle that only its owner reads, prints its name, and audit verify takes it', async () => {
  const server = await startKeyturn();
  await submit(server);
  const dir = aFolder();
  const env = { KEYTURN_URL: server.url, KEYTURN_TOKEN: tokenOf('carol') };
  const { exit, out } = await keyturn(dir, env, 'audit', 'export');
  expect(exit).toBe(0);
  const name = out.trim();
  expect(readdirSync(dir)).toEqual([name]);
  expect(name).toMatch(/^audit-test_log-1-0-\d+\.tar\.gz$/);
  expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
  const verified = await keyturn(dir, {}, 'audit', 'verify', name, '--key', verifierKey(server));
  expect(verified).toMatchObject({ exit: 3, out: expect.stringContaining('nothing wrong in') });
});

it('takes a range, reports and a file, and writes over nothing that is half there', async () => {
  const server = await startKeyturn();
  await submit(server);
  const dir = aFolder();
  const env = { KEYTURN_URL: server.url, KEYTURN_TOKEN: tokenOf('carol') };
  const args = [
    'audit',
    'export',
    '--from',
    '2',
    '--to',
    '5',
    '--report',
    'sample',
    'integrity',
    '--out',
    'x.tar.gz',
  ];
  expect((await keyturn(dir, env, ...args)).exit).toBe(0);
  writeFileSync(join(dir, 'x.tar.gz.part'), 'somebody writes here');
  const second = await keyturn(dir, env, ...args);
  expect(second).toMatchObject({ exit: 78, err: expect.stringContaining('x.tar.gz.part cannot be written') });
});

it.each([
  [77, 'FORBIDDEN', { KEYTURN_TOKEN: tokenOf('bob') }, []],
  [77, 'INVALID', { KEYTURN_TOKEN: tokenOf('carol') }, ['--from', '5', '--to', '4']],
  [77, 'INVALID', { KEYTURN_TOKEN: tokenOf('carol') }, ['--report', 'nonsense']],
  [78, 'client’s token', { KEYTURN_TOKEN: tokenOf('agent') }, []],
  [78, 'KEYTURN_TOKEN is not set', {}, []],
  [78, 'UNAUTHENTICATED', { KEYTURN_TOKEN: 'ktp_nobody_has_this_token_0000' }, []],
  [78, '--from must be the number of an entry', { KEYTURN_TOKEN: tokenOf('carol') }, ['--from', 'x']],
  [69, 'does not answer', { KEYTURN_TOKEN: tokenOf('carol'), KEYTURN_URL: 'http://127.0.0.1:1' }, []],
] as const)('ends with %i and says %s, and leaves no file', async (exit, said, env, args) => {
  const server = await startKeyturn();
  const dir = aFolder();
  const ended = await keyturn(dir, { KEYTURN_URL: server.url, ...env }, 'audit', 'export', ...args);
  expect(ended).toMatchObject({ exit, err: expect.stringContaining(said) });
  expect(ended.err).not.toContain(tokenOf('carol'));
  expect(readdirSync(dir)).toEqual([]);
});

it('leaves nothing behind when the server is gone in the middle', async () => {
  const broken = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/gzip' });
    response.write('the first piece');
    setTimeout(() => response.destroy(), 100);
  });
  await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void broken.close());
  const dir = aFolder();
  const { port } = broken.address() as AddressInfo;
  const env = { KEYTURN_URL: `http://127.0.0.1:${port}`, KEYTURN_TOKEN: tokenOf('carol') };
  expect(await keyturn(dir, env, 'audit', 'export')).toMatchObject({ exit: 69 });
  expect(readdirSync(dir)).toEqual([]);
});

it('writes no file outside of the folder, whatever name the server gives', async () => {
  const hostile = createServer((_request, response) => {
    response.writeHead(200, { 'content-disposition': 'attachment; filename="audit-../../evil.tar.gz"' });
    response.end('x');
  });
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void hostile.close());
  const dir = aFolder();
  const { port } = hostile.address() as AddressInfo;
  const env = { KEYTURN_URL: `http://127.0.0.1:${port}`, KEYTURN_TOKEN: tokenOf('carol') };
  expect(await keyturn(dir, env, 'audit', 'export')).toMatchObject({ exit: 0, out: 'audit-export.tar.gz\n' });
});

it('erases a text, and says which entry tells of it and what is left of it', async () => {
  const server = await startKeyturn();
  await submit(server, { reason: 'a reason that somebody wants to be forgotten' });
  const entry = server.keyturn.context.store.committed
    .entries(0, 100)
    .find(({ type }) => type === 'request.submitted');
  const env = { KEYTURN_URL: server.url, KEYTURN_TOKEN: tokenOf('carol') };
  const args = ['audit', 'erase', '--seq', String(entry?.seq), '--field', 'reason', '--reason', 'DSR-17'];
  const { exit, out } = await keyturn(aFolder(), env, ...args);
  expect(exit).toBe(0);
  expect(out).toMatch(/^Erased the reason of entry \d+; entry \d+ says so\.\nIt is in no row, no page/);
  expect(await keyturn(aFolder(), env, ...args)).toMatchObject({
    exit: 77,
    err: expect.stringContaining('NOT_FOUND'),
  });
});
