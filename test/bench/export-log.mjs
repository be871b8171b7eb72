import { join } from 'node:path';
import { readOptions, report } from './lib/child.mjs';
import { memoryMiB } from './lib/processes.mjs';
import { load } from './lib/product.mjs';

const { createExporter } = await load('store/export/exporter.js');
const { openSqliteStore } = await load('store/sqlite/store.js');
const { BUNDLE_WORKER, readVerifier, SOFTWARE } = await load('bot/software.js');

/** A child process: one export of everything in `dir`, taken as fast as it comes and thrown away. */
const { dir } = readOptions();
const dataDir = join(dir, 'data');
const database = join(dataDir, 'keyturn.db');
const store = openSqliteStore({
  file: database,
  log: 'bench/log',
  software: SOFTWARE,
  random: { bytes: (count) => Buffer.alloc(count) },
  onBroken(cause) {
    throw cause;
  },
});
const { committed } = store;
const checkpoint = committed.newestCheckpoint();
const exporter = createExporter({
  database,
  folder: dataDir,
  keys: { keyDir: join(dir, 'keys'), pem: null },
  anchors: [],
  verifier: readVerifier,
  worker: BUNDLE_WORKER,
  software: SOFTWARE,
  onFailed(cause) {
    throw cause;
  },
});
const order = {
  from: 0,
  to: checkpoint.size - 1,
  reports: exporter.reportNames,
  checkpoint,
  origin: committed.tree.origin(),
  by: null,
  at: Date.now(),
};
const before = memoryMiB(process.pid, 'VmRSS') ?? 0;
const begun = performance.now();
let bytes = 0;
for await (const piece of exporter.start(order).pieces) bytes += piece.length;
const seconds = (performance.now() - begun) / 1000;
const peak = memoryMiB(process.pid, 'VmHWM') ?? 0;
store.close();
report({ entries: checkpoint.size, seconds, mebibytes: bytes / 2 ** 20, growthMiB: peak - before });
