import { spawnSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { starterFile } from '../../../bot/policy-file/starter.ts';
import { parseTlogProof } from '../../../store/audit/tlog-proof.ts';
import { preAuthEncoding } from '../../../store/keys/dsse.ts';
import { anApproved, readLog, submit } from '../../connectors/api/world.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';

const CLI = join(import.meta.dirname, '../../../dist/bot/cli/keyturn.js');

it('puts the attestation of an approved request beside the proof, and beside no other', async () => {
  const keyturn = await startKeyturn();
  const approved = await anApproved(keyturn, {
    payload: { commit: '0123456789abcdef0123456789abcdef01234567' },
  });
  const waits = await submit(keyturn, { payload: { waits: true } });
  await keyturn.get('carol', '/v1/audit/checkpoint');
  const log = await readLog(keyturn);
  const seqOf = (type: string, id: string) =>
    log.find((entry) => entry.type === type && entry.subject?.request === id)?.seq ?? -1;
  await keyturn.stop();
  const cwd = join(keyturn.dataDir, '..');
  writeFileSync(
    join(cwd, 'keyturn.yaml'),
    starterFile({ alex: 'a'.repeat(64), robin: 'b'.repeat(64), agent: 'c'.repeat(64) }),
  );
  const run = (...args: readonly string[]) => {
    const env = { PATH: process.env['PATH'] ?? '' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'audit', 'proof', ...args], {
      cwd,
      env,
      encoding: 'utf8',
    });
    return { status, out: stdout + stderr };
  };

  const seq = seqOf('request.approved', approved.id);
  const done = run(String(seq), '--out', 'one.tlog-proof');
  expect(done).toEqual({ status: 0, out: 'one.dsse.json: the attestation of this request\n' });
  expect(parseTlogProof(readFileSync(join(cwd, 'one.tlog-proof'), 'utf8'))).toMatchObject({ index: seq });
  const envelope = JSON.parse(readFileSync(join(cwd, 'one.dsse.json'), 'utf8'));
  const payload = Buffer.from(envelope.payload, 'base64');
  expect(JSON.parse(payload.toString())).toMatchObject({
    subject: [{ name: 'commit' }],
    predicate: { keyturn_approval: { seq, request: approved.id } },
  });
  const key = createPublicKey(readFileSync(join(cwd, 'keys/grant.pub')));
  const signature = Buffer.from(envelope.signatures[0].sig, 'base64');
  expect(verify('sha256', preAuthEncoding(envelope.payloadType, payload), key, signature)).toBe(true);

  // Any other entry of that request leads to the one that the attestation names.
  const earlier = run(String(seqOf('request.submitted', approved.id)), '--out', 'two.tlog-proof');
  expect(earlier.out).toContain(`it names entry ${seq}, whose proof is: keyturn audit proof ${seq}`);
  // What waits, and what is about no request, has a proof and nothing beside it.
  for (const [name, other] of [
    ['three', seqOf('request.submitted', waits.id)],
    ['four', 0],
  ] as const) {
    expect(run(String(other), '--out', `${name}.tlog-proof`)).toEqual({ status: 0, out: '' });
    expect(existsSync(join(cwd, `${name}.dsse.json`))).toBe(false);
  }
});
