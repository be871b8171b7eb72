import { join } from 'node:path';
import { runChild } from './lib/processes.mjs';
import { toRow } from './lib/rows.mjs';

/** An export with every report, and how much memory it takes more than the process had before. */
export async function exporting({ dir, quick }) {
  const sizes = quick ? [5_000, 50_000] : [100_000, 1_000_000];
  const results = [];
  for (const size of sizes) {
    const place = join(dir, String(size));
    await runChild('write-log.mjs', { dir: place, entries: size, cuts: [] });
    results.push(await runChild('export-log.mjs', { dir: place }));
  }
  return results.map(({ entries, seconds, mebibytes, growthMiB }) =>
    toRow({
      what: `export, ${entries.toLocaleString('en')} entries, growth of memory`,
      value: growthMiB,
      unit: 'MiB',
      aim: ['<=', 100],
      note: `${seconds.toFixed(1)} s, ${Math.round(entries / seconds).toLocaleString('en')} entries/s, ${mebibytes.toFixed(0)} MiB of archive`,
    }),
  );
}
