import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { pruneLog } from '../../../bot/app/prune-log.ts';
import type { Exporter } from '../../../bot/ports/exporter.ts';
import { BUNDLE_WORKER, readVerifier, SOFTWARE } from '../../../bot/software.ts';
import { createLogVerifier } from '../../../store/audit/verify-log.ts';
import { folderArchiver } from '../../../store/export/archiver.ts';
import { createExporter } from '../../../store/export/exporter.ts';
import { openVerifySource } from '../../../store/sqlite/verify-source.ts';
import { anExecuting, report, review, submit } from '../../connectors/api/world.ts';
import { exportBundle, unpack, verifierKey, verifyAlone } from '../../helpers/bundle.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';

const DAY = 86_400_000;
const KEEP = 400 * DAY;

/** More than two tiles of entries, all from one day. */
async function anOldLog() {
  const keyturn = await startKeyturn();
  for (const nth of [1, 2, 3]) await report(keyturn, await anExecuting(keyturn, { payload: { nth } }));
  await keyturn.keyturn.context.store.transact((tx) => {
    for (let nth = 0; nth < 600; nth += 1) {
      const text = { source: `old ${nth}` };
      tx.append(
        { type: 'client.refused', code: 'INVALID', call: 'x', times: 1, text },
        { kind: 'keyturn' },
        keyturn.clock.wall(),
        null,
      );
    }
  });
  const archive = mkdtempSync(join(tmpdir(), 'keyturn-archive-'));
  onTestFinished(() => rmSync(archive, { recursive: true, force: true }));
  return { keyturn, archive };
}

function exporterOf(keyturn: TestKeyturn): Exporter {
  return createExporter({
    database: join(keyturn.dataDir, 'keyturn.db'),
    folder: keyturn.dataDir,
    keys: { keyDir: join(keyturn.dataDir, '../keys'), pem: null },
    anchors: [],
    verifier: readVerifier,
    worker: BUNDLE_WORKER,
    software: SOFTWARE,
    // Who takes the bundle is told of it.
    onFailed: () => undefined,
  });
}

const prune = (keyturn: TestKeyturn, archive: string, keepMs = KEEP) =>
  pruneLog(keyturn.keyturn.context, {
    exporter: exporterOf(keyturn),
    archiver: folderArchiver(archive),
    keepMs,
  });

const firstSeq = ({ keyturn }: TestKeyturn) => keyturn.context.store.committed.firstSeq();

/** What `keyturn audit verify` says of the database. */
function verifyDatabase(keyturn: TestKeyturn) {
  const source = openVerifySource(join(keyturn.dataDir, 'keyturn.db'));
  const evidence = {
    key: null,
    checkpoint: source.checkpoints.at(-1) ?? null,
    older: source.checkpoints.slice(0, -1),
    outside: [],
  };
  const verifier = createLogVerifier(evidence, { tables: source.tables, isLive: true });
  for (const hashes of source.leavesBefore()) verifier.hashes(hashes);
  for (const { bytes, beside } of source.entries()) if (!verifier.take(bytes, beside)) break;
  const judged = verifier.finish();
  source.close();
  return judged;
}

it('keeps everything until its time is over', async () => {
  const { keyturn, archive } = await anOldLog();
  keyturn.clock.advance(399 * DAY);
  await submit(keyturn, { payload: { new: 1 } });
  await prune(keyturn, archive);
  expect(firstSeq(keyturn)).toBe(0);
  expect(readdirSync(archive)).toEqual([]);
});

it('archives what is old into a bundle that stands alone, and only then lets it go', async () => {
  const { keyturn, archive } = await anOldLog();
  keyturn.clock.advance(401 * DAY);
  await submit(keyturn, { payload: { new: 1 } });
  await prune(keyturn, archive);
  const first = firstSeq(keyturn);
  expect(first).toBe(512);
  expect(keyturn.keyturn.context.store.committed.entries(0, 1)[0]?.seq).toBe(first);

  const [name = ''] = readdirSync(archive);
  expect(name).toBe('audit-test_log-1-0-511.tar.gz');
  expect(statSync(join(archive, name)).mode & 0o777).toBe(0o600);
  const bundle = unpack(readFileSync(join(archive, name)));
  expect(bundle.lines('events.jsonl')).toHaveLength(512);
  expect(verifyAlone(bundle, '--key', verifierKey(keyturn))).toMatchObject({ exit: 3 });
});

it('says in the log what went, and keeps what the log must not forget', async () => {
  const { keyturn, archive } = await anOldLog();
  keyturn.clock.advance(401 * DAY);
  await prune(keyturn, archive);
  const { committed } = keyturn.keyturn.context.store;
  const entries = committed.entries(0, 10_000);
  const pruned = entries.find(({ type }) => type === 'log.pruned');
  expect(JSON.parse(Buffer.from(pruned?.bytes ?? '').toString('utf8')).data.before).toBe(512);
  const linked = entries.filter(({ type }) => type === 'identity.linked');
  const keys = linked.map(({ seq }) => committed.textsOf(seq)['key']);
  expect(keys.sort()).toEqual(['alice', 'bob', 'carol', 'dora', 'eve']);
  expect(entries.some(({ type }) => type === 'policy.loaded')).toBe(true);
});

it('is verified as before, down to the checkpoints that were signed over what is gone', async () => {
  const { keyturn, archive } = await anOldLog();
  const old = keyturn.keyturn.context.store.committed.newestCheckpoint();
  keyturn.clock.advance(401 * DAY);
  await prune(keyturn, archive);
  await report(keyturn, await anExecuting(keyturn, { payload: { after: 1 } }));
  expect(verifyDatabase(keyturn)).toMatchObject({ problem: null, firstSeq: 512, hasTree: true });
  const { committed } = keyturn.keyturn.context.store;
  const newest = committed.newestCheckpoint();
  if (old === null || newest === null) throw new Error('nothing was signed');
  expect(Buffer.from(committed.tree.root(old.size)).equals(Buffer.from(old.root))).toBe(true);

  const bundle = await exportBundle(keyturn);
  expect(readFileSync(join(bundle.folder, 'leaves-before.bin'))).toHaveLength(512 * 32);
  expect(verifyAlone(bundle, '--key', verifierKey(keyturn)).exit).toBe(3);
});

it('starts again over what is left, and refuses a beginning that nobody pruned', async () => {
  const { keyturn, archive } = await anOldLog();
  keyturn.clock.advance(401 * DAY);
  await prune(keyturn, archive);
  const again = await keyturn.restart();
  expect(firstSeq(again)).toBe(512);
  await again.stop();
  const db = new Sqlite(join(again.dataDir, 'keyturn.db'));
  db.exec(
    'DROP TRIGGER entries_no_delete; DELETE FROM disclosures WHERE seq < 520; DELETE FROM entries WHERE seq < 520',
  );
  db.close();
  await expect(again.restart()).rejects.toMatchObject({ code: 'LOG_TAIL_BROKEN' });
});

it('lets nothing before a freeze go that is still in force', async () => {
  const { keyturn, archive } = await anOldLog();
  const flagged = await submit(keyturn, { payload: { flagged: 1 } });
  await review(keyturn, 'bob', flagged, 'flag', { comment: 'what is this' });
  const frozen = keyturn.keyturn.context.store.committed
    .entries(0, 10_000)
    .find(({ type }) => type === 'requester.frozen');
  await keyturn.keyturn.context.store.transact((tx) => {
    for (let nth = 0; nth < 600; nth += 1)
      tx.append({ type: 'log.heartbeat' }, { kind: 'keyturn' }, keyturn.clock.wall(), null);
  });
  keyturn.clock.advance(401 * DAY);
  // The request itself expired, and is over once somebody looked.
  await keyturn.get('carol', `/v1/requests/${flagged.id}`);
  await prune(keyturn, archive);
  expect(firstSeq(keyturn)).toBe(512);
  expect(frozen?.seq).toBeGreaterThan(512);
  expect(verifyDatabase(keyturn)).toMatchObject({ problem: null, firstSeq: 512 });
});

it('lets nothing before an unsettled request go', async () => {
  const keyturn = await startKeyturn();
  await anExecuting(keyturn, { payload: { runs: 1 } });
  await keyturn.keyturn.context.store.transact((tx) => {
    for (let nth = 0; nth < 600; nth += 1)
      tx.append({ type: 'log.heartbeat' }, { kind: 'keyturn' }, keyturn.clock.wall(), null);
  });
  const archive = mkdtempSync(join(tmpdir(), 'keyturn-archive-'));
  onTestFinished(() => rmSync(archive, { recursive: true, force: true }));
  keyturn.clock.advance(401 * DAY);
  await prune(keyturn, archive);
  expect(firstSeq(keyturn)).toBe(0);
  expect(readdirSync(archive)).toEqual([]);
});

it('lets nothing go when the archive cannot be written', async () => {
  const { keyturn, archive } = await anOldLog();
  keyturn.clock.advance(401 * DAY);
  const blocked = join(archive, 'a-file');
  writeFileSync(blocked, '');
  await expect(prune(keyturn, blocked)).rejects.toThrow();
  expect(firstSeq(keyturn)).toBe(0);
  expect(existsSync(join(archive, 'audit-test_log-1-0-511.tar.gz'))).toBe(false);
});

it.each([
  ['DELETE FROM entries WHERE seq = 3', 'append-only'],
  ["INSERT INTO pruned VALUES (1, 100, zeroblob(32), 0, 'x')", 'hashes are not kept'],
  ["INSERT INTO pruned VALUES (1, 1024, zeroblob(32), 0, 'x')", 'hashes are not kept'],
  ['DELETE FROM leaves', 'leaf hashes are kept'],
  ['UPDATE leaves SET hashes = zeroblob(8192)', 'leaf hashes are kept'],
])('refuses %s', async (sql, why) => {
  const { keyturn } = await anOldLog();
  await keyturn.stop();
  const db = new Sqlite(join(keyturn.dataDir, 'keyturn.db'));
  expect(() => db.exec(sql)).toThrow(why);
  db.close();
});
