// Retention from dist/, in a process of its own that kills itself between two of its steps: each
// statement, and each call that changes a file. Reports how many steps there were, and their names.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { pruneLog } from '../../dist/bot/app/prune-log.js';
import { openContext } from '../../dist/bot/open-context.js';
import { placesOf } from '../../dist/bot/places-of.js';
import { BUNDLE_WORKER, readVerifier, SOFTWARE } from '../../dist/bot/software.js';
import { folderArchiver } from '../../dist/store/export/archiver.js';
import { createExporter } from '../../dist/store/export/exporter.js';
import { PEOPLE, rulebook } from './rulebook.mjs';

const { FAULT_DIR, FAULT_NOW, FAULT_SKIP } = process.env;
const DAY_MS = 86_400_000;
const { writeFileSync } = fs;

const steps = [];
let isArmed = false;
function step(name) {
  if (!isArmed) return;
  if (String(steps.length) === FAULT_SKIP) {
    writeFileSync(join(FAULT_DIR, 'marker'), name);
    process.kill(process.pid, 'SIGKILL');
  }
  steps.push(name);
}

const { prepare } = Sqlite.prototype;
Sqlite.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  const { run } = statement;
  statement.run = (...values) => {
    step(`before ${sql.slice(0, 40)}`);
    return run.apply(statement, values);
  };
  return statement;
};
const { open } = fs.promises;
fs.promises.open = async (...values) => {
  step('before open');
  const handle = await open(...values);
  for (const name of ['appendFile', 'sync', 'close']) {
    const original = handle[name].bind(handle);
    handle[name] = (...more) => {
      step(`before ${name}`);
      return original(...more);
    };
  }
  return handle;
};
const { rename } = fs.promises;
fs.promises.rename = async (...values) => {
  step('before rename');
  await rename(...values);
  step('after rename');
};
syncBuiltinESMExports();

const [dataDir, keyDir] = [join(FAULT_DIR, 'data'), join(FAULT_DIR, 'keys')];
const broken = (cause) => {
  throw cause;
};
const context = await openContext(
  {
    dataDir,
    keyDir,
    log: 'test/log',
    audit: {
      checkpointEveryMs: DAY_MS,
      anchors: [],
      keys: { checkpoint: null, nextCheckpoint: null, grant: null },
    },
    people: PEOPLE.map((key) => ({ key, accounts: 1 })),
    compile: (personOf) => rulebook(personOf, 1),
  },
  {
    clock: { wall: () => Number(FAULT_NOW), steady: () => performance.now() },
    random: { bytes: (count) => randomBytes(count) },
    onBroken: broken,
  },
  placesOf([], []),
);
const exporter = createExporter({
  database: join(dataDir, 'keyturn.db'),
  folder: dataDir,
  keys: { keyDir, pem: null },
  anchors: [],
  verifier: readVerifier,
  worker: BUNDLE_WORKER,
  software: SOFTWARE,
  onFailed: broken,
});
isArmed = true;
const archiver = folderArchiver(join(FAULT_DIR, 'archive'));
await pruneLog(context, { exporter, archiver, keepMs: 400 * DAY_MS });
isArmed = false;
context.store.close();
process.stdout.write(JSON.stringify(steps));
