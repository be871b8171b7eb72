import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Exporter, ExportOrder } from '../../../bot/ports/exporter.ts';
import { BUNDLE_WORKER, readVerifier, SOFTWARE } from '../../../bot/software.ts';
import { createExporter } from '../../../store/export/exporter.ts';
import { anApproved } from '../../connectors/api/world.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';

/** An exporter over a real log; `thread` is what runs in place of the real thread. */
async function world({ thread = null as string | null, takenWithinMs = 60_000 } = {}) {
  const keyturn = await startKeyturn();
  for (const nth of [1, 2, 3]) await anApproved(keyturn, { payload: { nth } });
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-exporter-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const worker = thread === null ? BUNDLE_WORKER : join(folder, 'thread.mjs');
  if (thread !== null) writeFileSync(worker, thread);
  const failures: string[] = [];
  const exporter = createExporter({
    database: join(keyturn.dataDir, 'keyturn.db'),
    folder,
    keys: { keyDir: join(keyturn.dataDir, '../keys'), pem: null },
    anchors: [],
    verifier: readVerifier,
    worker,
    software: SOFTWARE,
    onFailed: ({ message }) => failures.push(message),
    takenWithinMs,
  });
  const { committed } = keyturn.keyturn.context.store;
  await keyturn.keyturn.context.store.transact(() => undefined);
  const checkpoint = committed.newestCheckpoint();
  if (checkpoint === null) throw new Error('the log has no checkpoint');
  const order: ExportOrder = {
    from: 0,
    to: checkpoint.size - 1,
    reports: exporter.reportNames,
    checkpoint,
    origin: committed.tree.origin(),
    by: null,
    at: keyturn.clock.wall(),
  };
  return { exporter, order, failures };
}

async function taken(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const piece of pieces) bytes += piece.length;
  return bytes;
}

const hasRoomAgain = (exporter: Exporter) => until(() => (exporter.hasRoom() ? true : null));

it('makes a whole bundle, and has room for two at a time and no more', async () => {
  const { exporter, order, failures } = await world();
  const [one, two] = [exporter.start(order), exporter.start(order)];
  expect(exporter.hasRoom()).toBe(false);
  const sizes = await Promise.all([taken(one.pieces), taken(two.pieces)]);
  expect(sizes.every((size) => size > 1_000)).toBe(true);
  await hasRoomAgain(exporter);
  expect(failures).toEqual([]);
});

it('whoever stops reading ends it', async () => {
  const { exporter, order, failures } = await world();
  for await (const piece of exporter.start(order).pieces) if (piece.length > 0) break;
  await until(() => (failures.length > 0 ? true : null));
  expect(failures).toEqual(['the export was cut off']);
  expect(exporter.hasRoom()).toBe(true);
});

it('one that nobody reads ends by itself', async () => {
  const { exporter, order, failures } = await world({ takenWithinMs: 200 });
  exporter.start(order);
  exporter.start(order);
  expect(exporter.hasRoom()).toBe(false);
  await hasRoomAgain(exporter);
  expect(new Set(failures)).toEqual(new Set(['nobody takes the export']));
});

it.each([
  ['throws', 'throw new Error("no");', 'no'],
  ['is gone without a word', 'process.exit(0);', 'the export was cut off'],
  [
    'takes all the memory that it may',
    'const all = []; for (;;) all.push(new Array(1e5).fill({}));',
    'memory',
  ],
])('a thread that %s fails its export and nothing else', async (_what, thread, why) => {
  const { exporter, order, failures } = await world({ thread });
  await expect(taken(exporter.start(order).pieces)).rejects.toThrow(why);
  await hasRoomAgain(exporter);
  expect(failures).toEqual([expect.stringContaining(why)]);
});
