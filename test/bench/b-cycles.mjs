import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inTurns, latencies, medianOf, mostOf } from './lib/measure.mjs';
import { runChild, startKeyturn, startLimit } from './lib/processes.mjs';
import { cpuRow, toRow } from './lib/rows.mjs';

const IN_FLIGHT = 50;
const PER_SECOND = 2_000;

/** Submit, payload, review, consume, outcome; the raw server takes as many calls and writes as many rows. */
export async function cycles({ dir, quick }) {
  const data = join(dir, 'cycles');
  mkdirSync(data);
  const keyturn = await startKeyturn(data);
  const group = await startLimit('group', join(dir, 'cycle-rows'));
  const bare = await startLimit('bare');
  const load = ({ port, pid }, round) =>
    runChild('load-cycles.mjs', {
      port,
      pid,
      inFlight: IN_FLIGHT,
      seconds: quick ? 2 : 6,
      warmUp: round === 0 ? 3 : 1,
      salt: `b${round}`,
    });
  const [ours, raw] = await inTurns(quick ? 1 : 3, [
    (round) => load(keyturn, round),
    (round) => load(group, round),
  ]);
  const ceiling = await load(bare, 0);
  await Promise.all([keyturn, group, bare].map((server) => server.stop()));
  const value = mostOf(ours, 'perSecond');
  return [
    toRow({
      what: `whole cycles, ${IN_FLIGHT} in flight, over HTTP`,
      value,
      unit: '/s',
      limit: mostOf(raw, 'perSecond'),
      limitName: 'Hono, zod and group commit',
      aim: ['>=', 0.3],
      note: `per cycle ${latencies(ours)} (raw: ${latencies(raw)})`,
    }),
    toRow({
      what: 'whole cycles on this machine',
      value,
      unit: '/s',
      aim: ['>=', PER_SECOND],
      note: `client: ${Math.round(ceiling.perSecond).toLocaleString('en')} /s alone, ${share(ours)} of a core here, ${share(raw)} at the raw server`,
    }),
    ...cpuRow('whole cycle, CPU time of the server', ours, raw, 'Hono, zod and group commit'),
  ];
}

function share(rounds) {
  return `${Math.round(medianOf(rounds, 'clientCpu') * 100)} %`;
}
