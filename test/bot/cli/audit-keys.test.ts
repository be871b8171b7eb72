import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { starterFile } from '../../../bot/policy-file/starter.ts';
import { parseTlogProof } from '../../../store/audit/tlog-proof.ts';
import { aSigningKey } from '../../helpers/log-context.ts';

const CLI = join(import.meta.dirname, '../../../dist/bot/cli/keyturn.js');
const KEY = /keyturn\.local\/\d+\+\S+/;

function anInstall() {
  const cwd = mkdtempSync(join(tmpdir(), 'keyturn-keys-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  writeFileSync(
    join(cwd, 'keyturn.yaml'),
    starterFile({ alex: 'a'.repeat(64), robin: 'b'.repeat(64), agent: 'c'.repeat(64) }),
  );
  const run = (args: string, env: Record<string, string> = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'audit', ...args.split(' ')], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      encoding: 'utf8',
    });
    return { status, stdout, stderr, key: KEY.exec(stdout)?.[0] ?? '' };
  };
  return { cwd, run, path: (name: string) => join(cwd, name) };
}

const pem = (byte: number) => aSigningKey(byte).export({ type: 'pkcs8', format: 'pem' }).toString();

it('rotates the key in its file, for its owner alone, and both keys verify the whole log', () => {
  const { run, path } = anInstall();
  const [first, second] = [run('rotate-key'), run('rotate-key')];
  expect([first.status, second.status]).toEqual([0, 0]);
  expect(first.key).not.toBe(second.key);
  expect(statSync(path('keys/checkpoint.pem')).mode & 0o777).toBe(0o600);
  expect(existsSync(path('keys/checkpoint-next.pem'))).toBe(false);
  for (const key of [first.key, second.key]) {
    const verified = run(`verify --key ${key} --anchor keys/anchor.notes`);
    expect([verified.status, verified.stderr]).toEqual([0, '']);
  }
});

it('signs with a key from the environment, and rotates to one that comes from there too', () => {
  const { run, path } = anInstall();
  const [one, two] = [pem(1), pem(2)];
  expect(run('rotate-key', { KEYTURN_CHECKPOINT_KEY: one })).toMatchObject({
    status: 78,
    stderr: expect.stringContaining('set KEYTURN_CHECKPOINT_KEY_NEXT'),
  });
  const rotated = run('rotate-key', { KEYTURN_CHECKPOINT_KEY: one, KEYTURN_CHECKPOINT_KEY_NEXT: two });
  expect([rotated.status, rotated.stderr]).toEqual([0, '']);
  expect(existsSync(path('keys/checkpoint.pem'))).toBe(false);
  // From here on the other one is the key; the old one is refused.
  const env = { KEYTURN_CHECKPOINT_KEY: one, KEYTURN_CHECKPOINT_KEY_NEXT: pem(3) };
  expect(run('rotate-key', env)).toMatchObject({
    status: 78,
    stderr: expect.stringContaining('the log is signed by'),
  });
  expect(run('rotate-key', { ...env, KEYTURN_CHECKPOINT_KEY: two }).status).toBe(0);
  const broken = run('rotate-key', { KEYTURN_CHECKPOINT_KEY: 'secret that is no key' });
  expect([broken.status, broken.stderr.includes('secret that')]).toEqual([78, false]);
});

it('opens a new epoch after the key was lost, with a reason that is in the log', () => {
  const { cwd, run, path } = anInstall();
  const before = run('rotate-key');
  rmSync(path('keys/checkpoint.pem'));
  expect(run('rotate-key')).toMatchObject({ status: 78, stderr: expect.stringContaining('new-epoch') });
  expect(run('new-epoch').status).toBe(78);
  const opened = spawnSync(
    process.execPath,
    [CLI, 'audit', 'new-epoch', '--reason', 'the disk with the keys died'],
    {
      cwd,
      encoding: 'utf8',
    },
  );
  const after = KEY.exec(opened.stdout)?.[0] ?? '';
  expect([opened.status, after.startsWith('keyturn.local/2+')]).toEqual([0, true]);
  expect(run(`verify --key ${after} --anchor keys/anchor.notes`).status).toBe(0);
  // Nothing but the operator's word ties the two: who trusts the old key has to be given the new one.
  expect(run(`verify --key ${before.key}`)).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('signed by'),
  });
});

it('says whose checkpoint an anchor still has of the epoch before', () => {
  const { cwd, run, path } = anInstall();
  const { key } = run('rotate-key');
  const backup = mkdtempSync(join(tmpdir(), 'keyturn-copy-'));
  onTestFinished(() => rmSync(backup, { recursive: true, force: true }));
  spawnSync('cp', ['-r', path('data'), backup]);
  run('rotate-key');
  run('rotate-key');
  const held = readFileSync(path('keys/anchor.notes'), 'utf8');
  writeFileSync(path('held.notes'), held);
  spawnSync('rm', ['-r', path('data')]);
  spawnSync('cp', ['-r', join(backup, 'data'), cwd]);
  // The copy knows an older key than the one that lies there.
  expect(run('rotate-key')).toMatchObject({
    status: 78,
    stderr: expect.stringContaining('Put the right key back'),
  });
  expect(run('new-epoch --reason restored').status).toBe(0);
  const { status, stdout } = run(`verify --key ${key} --anchor held.notes`);
  expect([status, stdout]).toEqual([1, expect.stringMatching(/TAMPERED/)]);
});

it('proves an entry that a checkpoint covers, and says until where that is', () => {
  const { run, path } = anInstall();
  run('rotate-key');
  const proof = parseTlogProof(run('proof 0').stdout);
  expect(proof).toMatchObject({ index: 0 });
  expect(run('proof 1 --out one.tlog-proof')).toMatchObject({ status: 0, stdout: '' });
  expect(parseTlogProof(readFileSync(path('one.tlog-proof'), 'utf8'))).toMatchObject({ index: 1 });
  expect(run('proof 999')).toMatchObject({
    status: 78,
    stderr: expect.stringContaining('the newest one covers entries up to'),
  });
  expect(run('proof x').status).toBe(78);
});
