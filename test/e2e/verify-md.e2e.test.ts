import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { anExecuting, report } from '../connectors/api/world.ts';
import { exportBundle, verifierKey } from '../helpers/bundle.ts';
import { isOnPath, skipUnless } from '../helpers/require.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

/** The commands as they stand in the page, in order. */
function commandsOf(page: string): readonly string[] {
  return [...page.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, command = '']) => command);
}

/** A machine that has a shell, Node and the usual tools, and has never heard of Keyturn. */
function elsewhere(): string {
  const dir = mkdtempSync(join(tmpdir(), 'auditor-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const TOOLS = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');

async function aBundleElsewhere() {
  const keyturn = await startKeyturn();
  for (const nth of [1, 2]) await report(keyturn, await anExecuting(keyturn, { payload: { nth } }));
  const bundle = await exportBundle(keyturn);
  const dir = elsewhere();
  cpSync(bundle.folder, join(dir, 'bundle'), { recursive: true });
  // What the operator handed over by another way, and what somebody kept of an anchor.
  copyFileSync(join(keyturn.dataDir, '../keys/grant.pub'), join(dir, 'grant.pub'));
  const held = join(dir, 'saved-message.txt');
  writeFileSync(held, keyturn.keyturn.context.store.committed.newestCheckpoint()?.note ?? '');
  const env = {
    PATH: TOOLS,
    HOME: dir,
    VERIFIER_KEY: verifierKey(keyturn),
    ATTESTATION_KEY: join(dir, 'grant.pub'),
    ANCHOR: held,
  };
  const run = (command: string) => {
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', command], {
      cwd: join(dir, 'bundle'),
      env,
      encoding: 'utf8',
    });
    return { status, text: stdout + stderr };
  };
  return { run, commands: commandsOf(bundle.read('VERIFY.md')), folder: join(dir, 'bundle') };
}

it('leads somebody who has nothing of Keyturn through its own commands, literally', async (context) => {
  skipUnless(context, 'openssl', isOnPath('openssl') && isOnPath('sha256sum'));
  const { run, commands } = await aBundleElsewhere();
  expect(commands).toHaveLength(5);
  const [all = '', withAnchor = '', sums = '', leaf = '', attestations = ''] = commands;
  expect(run(all)).toMatchObject({ status: 3, text: expect.stringContaining('nothing wrong in') });
  expect(run(withAnchor)).toMatchObject({
    status: 0,
    text: expect.stringContaining('confirmed from outside'),
  });
  expect(run(sums)).toEqual({ status: 0, text: '' });
  const hashed = run(leaf);
  const [hash, prev] = hashed.text.trim().split('\n');
  expect(hashed.status).toBe(0);
  expect(prev).toBe(`"prev":"${hash}"`);
  expect(run(attestations)).toEqual({ status: 0, text: 'Verified OK\nVerified OK\n' });
});

it('shows by the same commands what somebody changed', async (context) => {
  skipUnless(context, 'openssl', isOnPath('openssl') && isOnPath('sha256sum'));
  const { run, commands, folder } = await aBundleElsewhere();
  const [all = '', , sums = '', , attestations = ''] = commands;
  const edit = (file: string, from: string, to: string) =>
    spawnSync('sed', ['-i', `s/${from}/${to}/`, join(folder, file)]);
  edit('events.jsonl', '"verdict":"approve"', '"verdict":"APPROVE"');
  expect(run(all)).toMatchObject({ status: 1, text: expect.stringMatching(/TAMPERED at entry \d+/) });
  expect(run(sums).status).not.toBe(0);
  edit('attestations/1.dsse.json', '"sig":"ME', '"sig":"MF');
  expect(run(attestations).status).not.toBe(0);
});
