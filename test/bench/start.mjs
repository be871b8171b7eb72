import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './lib/measure.mjs';
import { startKeyturn } from './lib/processes.mjs';
import { inParallel, openUseCases } from './lib/use-cases.mjs';

/** (e) How soon it is ready, and what it holds: idle, and with 10,000 pending requests. */
export async function start({ dir, pending }) {
  const nodeMs = median(Array.from({ length: 5 }, emptyNodeMs));
  const idle = [];
  for (let round = 0; round < 5; round += 1) idle.push(await once(join(dir, 'e-idle')));
  const full = join(dir, 'e-full');
  const useCases = await openUseCases(full, { wall: () => Date.now(), steady: () => performance.now() });
  await inParallel(pending, 200, useCases.submit);
  await useCases.close();
  const loaded = [];
  for (let round = 0; round < 3; round += 1) loaded.push(await once(full));
  const row = (name, all) => ({
    name: `e ready ${name}`,
    unit: 'ms',
    value: median(all.map(({ readyMs }) => readyMs)),
    limit: nodeMs,
    ratio: median(all.map(({ readyMs }) => readyMs)) / nodeMs,
    rssMb: median(all.map(({ rssMb }) => rssMb)),
  });
  return [row('idle', idle), row(`with ${pending} pending`, loaded)];
}

async function once(dir) {
  const server = await startKeyturn(dir);
  await new Promise((settled) => setTimeout(settled, 2000));
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const rssMb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  await server.stop();
  return { readyMs: server.readyMs, rssMb };
}

function emptyNodeMs() {
  const started = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - started;
}
