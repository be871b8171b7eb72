import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './lib/measure.mjs';
import { runChild } from './lib/processes.mjs';
import { inParallel, openUseCases } from './lib/use-cases.mjs';

const ENTRIES_A_CYCLE = 6;

/** (d) The verifier with its replay against SHA-256 and JSON.parse of the same bytes. */
export async function verify({ dir, rounds, entries }) {
  const few = join(dir, 'few.jsonl');
  const many = join(dir, 'many.jsonl');
  await writeLog(join(dir, 'd-log'), entries, [
    [few, Math.floor(entries / 10)],
    [many, entries],
  ]);
  const raws = [];
  const verifieds = [];
  for (let round = 0; round < rounds; round += 1) {
    raws.push(await runChild('read-log.mjs', { file: many, verify: false }));
    verifieds.push(await runChild('read-log.mjs', { file: many, verify: true }));
  }
  const tenth = await runChild('read-log.mjs', { file: few, verify: true });
  const time = (all) => median(all.map(({ seconds }) => seconds));
  return [
    {
      name: `d audit verify of ${verifieds[0].entries} entries`,
      unit: 'seconds',
      value: time(verifieds),
      limit: time(raws),
      ratio: time(verifieds) / time(raws),
      aim: '<= 3',
      rssMb: median(verifieds.map(({ rssMb }) => rssMb)),
      rssMbOfATenth: tenth.rssMb,
    },
  ];
}

/** Through the use cases, with a clock that runs ahead: an honest log, only faster. */
async function writeLog(dir, entries, files) {
  let now = Date.UTC(2026, 10, 22);
  const tick = () => {
    now += 1;
    return now;
  };
  const useCases = await openUseCases(dir, { wall: tick, steady: () => now });
  await inParallel(Math.ceil(entries / ENTRIES_A_CYCLE), 200, useCases.cycle);
  for (const [file, count] of files) {
    const handle = openSync(file, 'w');
    for (let from = 0; from < count; from += 5000) {
      const page = useCases.context.store.committed.entries(from, Math.min(5000, count - from));
      writeSync(handle, Buffer.concat(page.flatMap(({ bytes }) => [bytes, Buffer.from('\n')])));
    }
    closeSync(handle);
  }
  await useCases.close();
}
