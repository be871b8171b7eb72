import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readOptions, report } from './lib/child.mjs';
import { inParallel, openUseCases } from './lib/use-cases.mjs';

const BATCH = 5_000;

/**
 * A child process: a log of at least `entries` entries, made by the use cases in `dir` with a clock
 * that runs a minute for every request, and its first `cuts` entries as JSON lines, a file for each.
 */
const { dir, entries, cuts } = readOptions();
let now = Date.now() - 365 * 86_400_000;
const { context, cancelled, rejected, cycle, close } = await openUseCases(dir, {
  wall: () => now,
  steady: () => now,
});
const endings = [cycle, cycle, rejected, cycle, cancelled];
let made = 0;
while (context.store.committed.lastSeq() + 1 < entries) {
  await inParallel(BATCH, 100, (nth) => {
    now += 60;
    return endings[nth % endings.length](made + nth);
  });
  made += BATCH;
}

for (const { count, file } of cuts) {
  const out = createWriteStream(file);
  for (let from = 0; from < count; from += BATCH) {
    const lines = context.store.committed.entries(from, Math.min(BATCH, count - from));
    const text = Buffer.concat(lines.flatMap(({ bytes }) => [bytes, Buffer.from('\n')]));
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}
await close();
report({ entries: context.store.committed.lastSeq() + 1 });
