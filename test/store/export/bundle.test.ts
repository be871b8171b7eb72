import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { REPORT_NAMES } from '../../../store/audit/reports/run.ts';
import {
  anExecuting,
  comment,
  expectProblem,
  readLog,
  report,
  review,
  submit,
} from '../../connectors/api/world.ts';
import { exportBundle, exportBytes, verifierKey, verifyAlone } from '../../helpers/bundle.ts';
import { aSubmission, startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';

/** Three that ran, one that was rejected, one that waits. */
async function aBusyLog(): Promise<TestKeyturn> {
  const keyturn = await startKeyturn();
  for (const nth of [1, 2, 3]) {
    const running = await anExecuting(keyturn, { payload: { kind: 'sql', statement: `SELECT ${nth}` } });
    await report(keyturn, running);
  }
  const rejected = await submit(keyturn, { payload: { rejected: true } });
  await review(keyturn, 'bob', rejected, 'reject', { comment: 'not on a Friday' });
  await submit(keyturn, { payload: { waits: true } });
  return keyturn;
}

it('holds every file that it says, and one that its own verifier finds sound with nothing of Keyturn around', async () => {
  const keyturn = await aBusyLog();
  const bundle = await exportBundle(keyturn);
  for (const name of [
    'VERIFY.md',
    'verify.mjs',
    'checkpoint.note',
    'leaves-before.bin',
    'events.jsonl',
    'disclosures.jsonl',
  ]) {
    expect(bundle.names).toContain(name);
  }
  for (const report of REPORT_NAMES) expect(bundle.names).toContain(`reports/${report}.csv`);
  const { exit, out } = verifyAlone(bundle, '--key', verifierKey(keyturn));
  expect(out).toContain('nothing wrong in');
  // Nothing from outside confirms the tail here, and it says so.
  expect(exit).toBe(3);
});

it('is sound with an anchor that somebody else kept', async () => {
  const keyturn = await aBusyLog();
  const bundle = await exportBundle(keyturn);
  const held = join(bundle.folder, '..', 'held-elsewhere.txt');
  writeFileSync(held, keyturn.keyturn.context.store.committed.newestCheckpoint()?.note ?? '');
  expect(verifyAlone(bundle, '--key', verifierKey(keyturn), '--anchor', held).exit).toBe(0);
});

it('holds the exact bytes of every leaf, with the entry that tells of the export itself', async () => {
  const keyturn = await aBusyLog();
  const bundle = await exportBundle(keyturn);
  const { committed } = keyturn.keyturn.context.store;
  const entries = committed.entries(0, 1_000).map(({ bytes }) => Buffer.from(bytes).toString('utf8'));
  const events = bundle.lines('events.jsonl');
  expect(events).toEqual(entries.slice(0, events.length));
  expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({
    type: 'audit.exported',
    actor: { person: committed.personOf('carol') },
    data: { from: 0, to: events.length - 1, reports: [...REPORT_NAMES] },
  });
});

it('names size and SHA-256 of every file but itself, and was made from them', async () => {
  const bundle = await exportBundle(await aBusyLog());
  const manifest = JSON.parse(bundle.read('manifest.json'));
  expect(manifest).toMatchObject({ format: 'keyturn-audit-bundle/1', log: 'test/log', epoch: 1, from: 0 });
  const listed = new Map(manifest.files.map((file: { path: string }) => [file.path, file]));
  expect([...listed.keys()].sort()).toEqual(bundle.names.filter((name) => name !== 'manifest.json').sort());
  for (const name of listed.keys() as Iterable<string>) {
    const bytes = readFileSync(join(bundle.folder, name));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(listed.get(name)).toEqual({ path: name, bytes: bytes.length, sha256 });
  }
});

it('exports a part of the log that is proven to be a part of all of it', async () => {
  const keyturn = await aBusyLog();
  const bundle = await exportBundle(keyturn, { from: 12, to: 20 });
  expect(bundle.lines('events.jsonl')).toHaveLength(9);
  expect(readFileSync(join(bundle.folder, 'leaves-before.bin'))).toHaveLength(12 * 32);
  const size = Number(bundle.read('checkpoint.note').split('\n')[1]);
  expect(readFileSync(join(bundle.folder, 'leaves-after.bin'))).toHaveLength((size - 21) * 32);
  const { exit, out } = verifyAlone(bundle, '--key', verifierKey(keyturn));
  expect([exit, out]).toEqual([3, expect.stringContaining('nothing wrong in 9 entries (12 to 20)')]);
});

it('exports the reports that are asked for and always every leaf', async () => {
  const keyturn = await aBusyLog();
  const bundle = await exportBundle(keyturn, { reports: ['sample', 'erasures'] });
  const reports = bundle.names.filter((name) => name.startsWith('reports/'));
  expect(reports.sort()).toEqual(['reports/erasures.csv', 'reports/sample.csv']);
  expect(bundle.lines('events.jsonl').length).toBeGreaterThan(20);
  expect(verifyAlone(bundle, '--key', verifierKey(keyturn)).exit).toBe(3);
});

it('lacks a text that was erased, and is sound all the same', async () => {
  const keyturn = await aBusyLog();
  const seq = (await readLog(keyturn)).find(({ type }) => type === 'request.submitted')?.seq;
  await keyturn.post('carol', '/v1/audit/erasures', { seq, field: 'reason', reason: 'DSR-17' });
  const bundle = await exportBundle(keyturn);
  const texts = bundle.lines('disclosures.jsonl').map((line) => JSON.parse(line));
  expect(texts.filter((text) => text.seq === seq)).toEqual([]);
  expect(bundle.read('reports/erasures.csv')).toContain('DSR-17');
  expect(verifyAlone(bundle, '--key', verifierKey(keyturn)).exit).toBe(3);
});

it('is as of one moment while others go on writing', async () => {
  const keyturn = await startKeyturn({
    limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
  });
  for (let nth = 0; nth < 40; nth += 1) await submit(keyturn, { payload: { nth } });
  let goesOn = true;
  const writing = (async () => {
    for (let nth = 0; goesOn; nth += 1)
      await keyturn.post('agent', '/v1/requests', aSubmission({ payload: { more: nth } }));
    return keyturn.keyturn.context.store.committed.lastSeq();
  })();
  const bundles = [];
  for (let nth = 0; nth < 3; nth += 1) bundles.push(await exportBundle(keyturn));
  goesOn = false;
  const last = await writing;
  for (const bundle of bundles) {
    expect(verifyAlone(bundle, '--key', verifierKey(keyturn)).exit).toBe(3);
    expect(bundle.lines('events.jsonl').length).toBeLessThan(last + 1);
  }
});

it.each([
  ['FORBIDDEN', 'bob', {}],
  ['NOT_A_HUMAN', 'agent', {}],
  ['INVALID', 'carol', { from: 5, to: 4 }],
  ['INVALID', 'carol', { to: 99_999 }],
  ['INVALID', 'carol', { reports: ['no-such-report'] }],
  ['INVALID', 'carol', { reports: ['../../etc/passwd'] }],
  ['INVALID', 'carol', { reports: ['sample', 'sample'] }],
  ['INVALID', 'carol', { filter: 'approved' }],
] as const)('refuses with %s for %s and %o, and puts that on the record', async (code, who, body) => {
  const keyturn = await startKeyturn();
  const answer = await keyturn.post(who, '/v1/audit/exports', body);
  expectProblem(answer, code);
  const log = await readLog(keyturn);
  expect(log.some(({ type }) => type === 'audit.exported')).toBe(false);
  expect(log.filter(({ type }) => type === 'client.refused').at(-1)).toMatchObject({ data: { code } });
});

it('serves two at a time, and lets go of one that nobody takes', async () => {
  const keyturn = await startKeyturn();
  // More than the buffers of two sockets hold, so that both must wait for who takes it.
  const noise = () => randomBytes(3_000).toString('base64');
  await keyturn.keyturn.context.store.transact((tx) => {
    for (let nth = 0; nth < 4_000; nth += 1) {
      const event = {
        type: 'client.refused',
        code: 'INVALID',
        call: 'x',
        times: 1,
        text: { source: noise() },
      } as const;
      tx.append(event, { kind: 'keyturn' }, keyturn.clock.wall(), null);
    }
  });
  const one = await exportBytes(keyturn);
  const two = await exportBytes(keyturn);
  expectProblem(await keyturn.post('carol', '/v1/audit/exports', {}), 'LIMIT_REACHED');
  await one.body?.cancel();
  await vi.waitFor(
    async () => {
      const again = await exportBytes(keyturn, { reports: [] });
      await again.body?.cancel();
      expect(again.status).toBe(200);
    },
    { timeout: 10_000, interval: 200 },
  );
  await two.body?.cancel();
});

it('leaves no file of its own in the data directory', async () => {
  const keyturn = await aBusyLog();
  await exportBundle(keyturn);
  const bytes = await exportBytes(keyturn);
  await bytes.body?.cancel();
  expect(readdirSync(keyturn.dataDir).filter((name) => name.includes('export'))).toEqual([]);
});

it('tells what comes with a range that is not there any more, or not yet', async () => {
  const keyturn = await startKeyturn();
  const answer = await keyturn.post('carol', '/v1/audit/exports', { to: 99_999 });
  expect(answer.body.errors).toEqual([
    { pointer: '/to', detail: expect.stringMatching(/^the log ends at entry \d+$/) },
  ]);
});

it('keeps the comment of a flag in the texts and the stop that followed in the reports', async () => {
  const keyturn = await startKeyturn();
  const running = await anExecuting(keyturn);
  await comment(keyturn, 'alice', 'stop', running, { comment: 'it takes too long' });
  const bundle = await exportBundle(keyturn);
  expect(bundle.read('reports/decisions-by-person.csv')).toContain('stop');
  expect(bundle.read('disclosures.jsonl')).toContain('it takes too long');
});
