import { join } from 'node:path';
import { median } from './lib/measure.mjs';
import { runChild, startKeyturn, startLimit } from './lib/processes.mjs';

/** (a) Submissions per second against the same server doing one FULL-sync insert per request. */
export async function submissions({ dir, rounds, seconds }) {
  const ours = [];
  const limits = [];
  for (let round = 0; round < rounds; round += 1) {
    const load = { connections: 50, seconds, warmUp: 2, salt: `a${round}` };
    const limit = await startLimit('each', join(dir, `a-limit-${round}`));
    limits.push(await runChild('load-submissions.mjs', { ...load, port: limit.port }));
    await limit.stop();
    const keyturn = await startKeyturn(join(dir, `a-keyturn-${round}`));
    ours.push(await runChild('load-submissions.mjs', { ...load, port: keyturn.port }));
    await keyturn.stop();
  }
  const rate = (all) => median(all.map(({ perSecond }) => perSecond));
  return [
    {
      name: 'a submissions at 50 connections',
      unit: 'per second',
      value: rate(ours),
      limit: rate(limits),
      ratio: rate(ours) / rate(limits),
      aim: '>= 4',
      p50: median(ours.map(({ p50 }) => p50)),
      p99: median(ours.map(({ p99 }) => p99)),
    },
  ];
}
