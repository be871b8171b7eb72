import { join } from 'node:path';
import { median } from './lib/measure.mjs';
import { runChild, startKeyturn, startLimit } from './lib/processes.mjs';

/** (b) Whole cycles per second against as many calls with as many bare group-committed inserts. */
export async function cycles({ dir, rounds, seconds }) {
  const ours = [];
  const limits = [];
  const load = { inFlight: 50, seconds, warmUp: 2 };
  const bare = await startLimit('bare', join(dir, 'b-bare'));
  const ceiling = await runChild('load-cycles.mjs', { ...load, port: bare.port, salt: 'bare' });
  await bare.stop();
  for (let round = 0; round < rounds; round += 1) {
    const salt = `b${round}`;
    const limit = await startLimit('group', join(dir, `b-limit-${round}`));
    limits.push(await runChild('load-cycles.mjs', { ...load, port: limit.port, salt }));
    await limit.stop();
    const keyturn = await startKeyturn(join(dir, `b-keyturn-${round}`));
    ours.push(await runChild('load-cycles.mjs', { ...load, port: keyturn.port, salt }));
    await keyturn.stop();
  }
  const rate = (all) => median(all.map(({ perSecond }) => perSecond));
  return [
    {
      name: 'b cycles at 50 in flight',
      unit: 'per second',
      value: rate(ours),
      limit: rate(limits),
      ratio: rate(ours) / rate(limits),
      aim: '>= 0.3, above 2000 per second',
      p50: median(ours.map(({ p50 }) => p50)),
      p99: median(ours.map(({ p99 }) => p99)),
      clientCeiling: ceiling.perSecond,
    },
  ];
}
