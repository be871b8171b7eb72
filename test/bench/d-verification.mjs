import { accessSync, constants, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurns, leastOf, medianOf } from './lib/measure.mjs';
import { runChild, runToEnd } from './lib/processes.mjs';
import { built } from './lib/product.mjs';
import { toRow } from './lib/rows.mjs';

const READER = fileURLToPath(new URL('read-log.mjs', import.meta.url));
/** What the command answers for a sound log when it was given no key. */
const SOUND_UNCONFIRMED = 3;

/** `keyturn audit verify` of an export, against hashing and parsing each of its lines once. */
export async function verification({ dir, quick }) {
  const [few, many] = quick ? [5_000, 50_000] : [100_000, 1_000_000];
  const cuts = [few, many].map((count) => ({ count, file: join(dir, `${count}.jsonl`) }));
  const scratch = mkdtempSync(join(fastDirectory(dir), 'keyturn-bench-log-'));
  try {
    await runChild('write-log.mjs', { dir: scratch, entries: many, cuts });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const [short, long] = cuts;
  const [verified, read, few_] = await inTurns(quick ? 1 : 3, [
    () => verify(long.file),
    () => run([READER, JSON.stringify({ file: long.file })], 0),
    () => verify(short.file),
  ]);
  const seconds = leastOf(verified, 'seconds');
  const mebibytes = statSync(long.file).size / 2 ** 20;
  return [
    toRow({
      what: `audit verify, ${many.toLocaleString('en')} entries`,
      value: seconds,
      unit: 's',
      limit: leastOf(read, 'seconds'),
      limitName: 'SHA-256 and JSON.parse of the same bytes',
      aim: ['<=', 3],
      note: `${mebibytes.toFixed(0)} MiB, ${Math.round(many / seconds).toLocaleString('en')} entries/s`,
    }),
    ...memory(few, medianOf(few_, 'peakMiB'), many, medianOf(verified, 'peakMiB')),
  ];
}

function memory(few, atFew, many, atMany) {
  // Without /proc there is nothing to read it from.
  if (atFew === 0 || atMany === 0) return [];
  return [
    toRow({
      what: `audit verify, peak memory, ${many.toLocaleString('en')} entries`,
      value: atMany,
      unit: 'MiB',
      limit: atFew,
      limitName: `${few.toLocaleString('en')} entries`,
      aim: ['<=', 1.2],
    }),
  ];
}

function verify(file) {
  return run([built('bot/cli/keyturn.js'), 'audit', 'verify', file, '--json'], SOUND_UNCONFIRMED);
}

async function run(args, expected) {
  const { code, seconds, peakMiB } = await runToEnd(args);
  if (code !== expected) throw new Error(`${args.join(' ')} ended with ${code}`);
  return { seconds, peakMiB: peakMiB ?? 0 };
}

/** The log is only made there, never measured there: a disk would have to sync each of its commits. */
function fastDirectory(otherwise) {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return otherwise;
  }
}
