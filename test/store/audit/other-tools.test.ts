import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, type TestContext } from 'vitest';
import { takeCheckpoint } from '../../../bot/app/take-checkpoint.ts';
import { leafHash } from '../../../store/audit/entry.ts';
import { consistencyProof, readFromLeaves } from '../../../store/audit/merkle-proof.ts';
import { readVerifierKey } from '../../../store/audit/verifier-key.ts';
import { preAuthEncoding } from '../../../store/keys/dsse.ts';
import { anApproved, anExecuting, consume, report } from '../../connectors/api/world.ts';
import { exportBundle, type UnpackedBundle, verifierKey } from '../../helpers/bundle.ts';
import { isOnPath, skipUnless } from '../../helpers/require.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';

const GO_LIBRARIES = '/usr/share/gocode';
const hasGo = isOnPath('go') && existsSync(join(GO_LIBRARIES, 'src/golang.org/x/mod/sumdb/tlog'));

async function aBundle(): Promise<{ keyturn: TestKeyturn; bundle: UnpackedBundle }> {
  const keyturn = await startKeyturn();
  for (const nth of [1, 2, 3]) {
    await report(keyturn, await anExecuting(keyturn, { payload: { nth } }));
    await takeCheckpoint(keyturn.keyturn.context);
  }
  return { keyturn, bundle: await exportBundle(keyturn) };
}

function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-oracle-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Consistency proofs from each older checkpoint of the bundle to its newest. */
function proveOlder(bundle: UnpackedBundle): string {
  const dir = aFolder();
  const leaves = bundle.lines('events.jsonl').map((line) => leafHash(Buffer.from(line)));
  for (const name of readdirSync(join(bundle.folder, 'checkpoints'))) {
    const older = Number(name.replace('.note', ''));
    const proof = consistencyProof(older, leaves.length, readFromLeaves(leaves));
    const lines = proof.map((hash) => Buffer.from(hash).toString('base64'));
    writeFileSync(join(dir, `${older}.consistency`), lines.join('\n'));
  }
  return dir;
}

function runGo(context: TestContext, ...args: readonly string[]) {
  skipUnless(context, 'go', hasGo);
  const source = join(import.meta.dirname, 'oracle/main.go');
  const env = {
    PATH: process.env['PATH'],
    HOME: aFolder(),
    GOCACHE: join(tmpdir(), 'keyturn-go-cache'),
    GO111MODULE: 'off',
    GOPATH: GO_LIBRARIES,
    CGO_ENABLED: '0',
  };
  const { status, stdout, stderr } = spawnSync('go', ['run', source, ...args], { env, encoding: 'utf8' });
  return { status, out: stdout + stderr };
}

it("Go's sumdb finds the log, its older checkpoints and its proofs sound", {
  timeout: 180_000,
}, async (context) => {
  skipUnless(context, 'go', hasGo);
  const { keyturn, bundle } = await aBundle();
  const { status, out } = runGo(context, bundle.folder, verifierKey(keyturn), proveOlder(bundle));
  const count = (folder: string) => readdirSync(join(bundle.folder, folder)).length;
  const entries = bundle.lines('events.jsonl').length;
  expect(count('proofs')).toBeGreaterThan(3);
  expect(count('checkpoints')).toBeGreaterThan(0);
  expect([status, out]).toEqual([
    0,
    `sound: ${entries} entries, ${count('checkpoints')} older checkpoints, ${count('proofs')} proofs\n`,
  ]);
});

it("Go's sumdb refuses what ours refuses", { timeout: 180_000 }, async (context) => {
  skipUnless(context, 'go', hasGo);
  const { keyturn, bundle } = await aBundle();
  const older = proveOlder(bundle);
  const file = (name: string) => join(bundle.folder, name);
  const changed = (name: string, change: (text: string) => string) => {
    const text = readFileSync(file(name), 'utf8');
    writeFileSync(file(name), change(text));
    const ran = runGo(context, bundle.folder, verifierKey(keyturn), older);
    writeFileSync(file(name), text);
    return ran;
  };
  const entry = changed('events.jsonl', (text) => text.replace('"sw":"', '"sw":"x'));
  expect([entry.status, entry.out]).toEqual([1, expect.stringContaining('the root of')]);
  const note = changed('checkpoint.note', (text) => text.replace(/\n(\d+)\n/, '\n1$1\n'));
  expect([note.status, note.out]).toEqual([1, expect.stringContaining('invalid signature')]);
});

function openssl(context: TestContext, ...args: readonly string[]) {
  skipUnless(context, 'openssl', isOnPath('openssl'));
  const { status, stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  return { status, out: stdout + stderr };
}

it('openssl verifies the signature of a checkpoint, and not that of another text', async (context) => {
  const keyturn = await startKeyturn();
  const dir = aFolder();
  const note = (await keyturn.get('agent', '/v1/audit/checkpoint')).text;
  const gap = note.indexOf('\n\n');
  const signature = Buffer.from(note.slice(gap).split(' ')[2] ?? '', 'base64').subarray(4);
  const key = readVerifierKey(verifierKey(keyturn));
  if ('why' in key) throw new Error(key.why);
  writeFileSync(join(dir, 'key.pem'), key.key.publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(join(dir, 'signature'), signature);
  const check = (text: string) => {
    writeFileSync(join(dir, 'text'), text);
    const [pem, file, sig] = ['key.pem', 'text', 'signature'].map((name) => join(dir, name));
    return openssl(
      context,
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      pem ?? '',
      '-rawin',
      '-in',
      file ?? '',
      '-sigfile',
      sig ?? '',
    );
  };
  expect(check(note.slice(0, gap + 1))).toMatchObject({
    status: 0,
    out: expect.stringContaining('Successfully'),
  });
  expect(check(`${note.slice(0, gap)} \n`).status).toBe(1);
});

it('openssl verifies a grant with the public key that lies beside it', async (context) => {
  const keyturn = await startKeyturn();
  const dir = aFolder();
  const { grant } = (await consume(keyturn, await anApproved(keyturn))).body;
  const body = Buffer.from(grant.payload, 'base64');
  writeFileSync(join(dir, 'signed'), preAuthEncoding(grant.payloadType, body));
  writeFileSync(join(dir, 'signature'), Buffer.from(grant.signatures[0].sig, 'base64'));
  const key = join(keyturn.dataDir, '../keys/grant.pub');
  const args = ['dgst', '-sha256', '-verify', key, '-signature', join(dir, 'signature'), join(dir, 'signed')];
  expect(openssl(context, ...args)).toEqual({ status: 0, out: 'Verified OK\n' });
});
