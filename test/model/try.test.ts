import { expect, it } from 'vitest';
import { hunt } from './hunt.ts';

it('tries', async () => {
  const reached = new Map<string, number>();
  const t = performance.now();
  const cpu = process.cpuUsage();
  const n = Number(process.env['N'] ?? 200);
  const found = await hunt({ seed: Number(process.env['SEED'] ?? 1), histories: n, reached });
  const used = process.cpuUsage(cpu);
  console.log(
    (performance.now() - t) / n,
    'ms wall per history',
    (used.user + used.system) / 1000 / n,
    'cpu',
  );
  if (!found)
    console.log(
      [...reached]
        .sort()
        .map(([k, v]) => `${k} ${v}`)
        .join('\n'),
    );
  else console.log(found.broken, '\n', found.report);
  expect(found === null).toBe(true);
}, 10_000_000);
