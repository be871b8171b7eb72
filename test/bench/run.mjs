import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { submissions } from './a-submissions.mjs';
import { cycles } from './b-cycles.mjs';
import { growth } from './c-growth.mjs';
import { verification } from './d-verification.mjs';
import { starting } from './e-starting.mjs';
import { exporting } from './f-export.mjs';
import { policy } from './g-policy.mjs';
import { execution } from './h-execution.mjs';
import { workers } from './i-workers.mjs';
import { toTable } from './lib/rows.mjs';

// It measures and never fails for what it measured: a missed aim is for people to look at.

const BENCHES = new Map([
  ['a', submissions],
  ['b', cycles],
  ['c', growth],
  ['d', verification],
  ['e', starting],
  ['f', exporting],
  ['g', policy],
  ['h', execution],
  ['i', workers],
]);
const USAGE = `node test/bench/run.mjs [${[...BENCHES.keys()].join('] [')}] [--quick] [--stored N] [--json FILE]`;

/** statfs(2) magic numbers; `fsync` means little on a tmpfs, so the reader should know. */
const FILE_SYSTEMS = new Map([
  [0xef53, 'ext4'],
  [0x01021994, 'tmpfs'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x794c7630, 'overlayfs'],
]);

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      stored: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const unknown = positionals.filter((name) => !BENCHES.has(name));
  if (unknown.length > 0) throw new Error(`there is no bench ${unknown.join(', ')}`);
  if (values.stored !== undefined && !/^[1-9][0-9]{2,6}$/.test(values.stored))
    throw new Error('--stored takes a number from 100 to 9999999');
  return { ...values, names: positionals.length === 0 ? [...BENCHES.keys()] : positionals };
}

function conditions(quick) {
  const { type } = statfsSync(tmpdir());
  return {
    at: new Date().toISOString(),
    node: process.version,
    cores: availableParallelism(),
    load: loadavg()[0],
    fileSystem: FILE_SYSTEMS.get(type) ?? `type 0x${type.toString(16)}`,
    directory: tmpdir(),
    quick,
  };
}

async function runAll({ names, quick, stored, json }) {
  const about = conditions(quick);
  const print = (text) => process.stdout.write(`${text}\n`);
  const { node, cores, load, directory, fileSystem } = about;
  print(
    `Node ${node}, ${cores} cores, load ${load.toFixed(1)}, data in ${directory} (${fileSystem})${quick ? ', quick' : ''}`,
  );
  const rows = [];
  for (const name of names) {
    const dir = mkdtempSync(join(tmpdir(), `keyturn-bench-${name}-`));
    try {
      const begun = performance.now();
      rows.push(...(await BENCHES.get(name)({ dir, quick, stored })).map((row) => ({ bench: name, ...row })));
      print(`${name} took ${Math.round((performance.now() - begun) / 1000)} s`);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
  print(`\n${toTable(rows)}\n`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ...about, rows }, null, 2)}\n`);
}

try {
  await runAll(readArguments());
} catch (cause) {
  process.stderr.write(`${cause instanceof Error ? cause.message : cause}\n${USAGE}\n`);
  process.exit(1);
}
