import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { starterFile } from '../../bot/policy-file/starter.ts';
import { checkAgreement } from '../fault/agreement.ts';

const CLI = join(import.meta.dirname, '../../dist/bot/cli/keyturn.js');
const KILLS = 12;

/** An install on disk, whose only traffic is its keys. */
function anInstall(): string {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-crash-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const hashes = { alex: 'a'.repeat(64), robin: 'b'.repeat(64), agent: 'c'.repeat(64) };
  writeFileSync(join(dir, 'keyturn.yaml'), starterFile(hashes));
  return dir;
}

const run = (cwd: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [CLI, ...args], { cwd, env: { PATH: process.env['PATH'] }, encoding: 'utf8' });

it(`row 24: a rotation that is killed at any moment leaves a log that goes on, with one key or the other (${KILLS} kills)`, {
  timeout: 240_000,
}, async () => {
  const cwd = anInstall();
  const first = run(cwd, 'audit', 'rotate-key');
  expect([first.status, first.stdout]).toEqual([
    0,
    expect.stringContaining('new verifier key: keyturn.local/1+'),
  ]);
  const began = performance.now();
  expect(run(cwd, 'audit', 'rotate-key').status).toBe(0);
  const whole = performance.now() - began;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = spawn(process.execPath, [CLI, 'audit', 'rotate-key'], { cwd, stdio: 'ignore' });
    const gone = once(child, 'exit');
    await wait((whole * (kill + 0.5)) / KILLS);
    child.kill('SIGKILL');
    await gone;
    checkAgreement(join(cwd, 'data/keyturn.db'));
  }
  const after = run(cwd, 'audit', 'rotate-key');
  expect([after.status, after.stderr]).toEqual([0, '']);
  // Whoever held the very first key can follow to the one of today.
  const key = /keyturn\.local\/1\+\S+/.exec(first.stdout)?.[0] ?? '';
  const verified = run(cwd, 'audit', 'verify', '--key', key, '--anchor', 'keys/anchor.notes');
  expect([verified.status, verified.stdout]).toEqual([0, expect.stringContaining('nothing wrong')]);
});
