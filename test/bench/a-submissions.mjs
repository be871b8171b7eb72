import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inTurns, latencies, mostOf } from './lib/measure.mjs';
import { runChild, startKeyturn, startLimit } from './lib/processes.mjs';
import { cpuRow, toRow } from './lib/rows.mjs';

const CONNECTIONS = 50;

/** Submissions a second, against a server that commits one durable row per submission and does no more. */
export async function submissions({ dir, quick }) {
  const data = join(dir, 'submissions');
  mkdirSync(data);
  const keyturn = await startKeyturn(data);
  const each = await startLimit('each', join(dir, 'each'));
  const group = await startLimit('group', join(dir, 'group'));
  const bare = await startLimit('bare');
  const load = ({ port, pid }, round) =>
    runChild('load-submissions.mjs', {
      port,
      pid,
      connections: CONNECTIONS,
      seconds: quick ? 2 : 6,
      warmUp: round === 0 ? 2 : 1,
      salt: `a${round}`,
    });
  const [ours, raw, grouped] = await inTurns(quick ? 1 : 3, [
    (round) => load(keyturn, round),
    (round) => load(each, round),
    (round) => load(group, round),
  ]);
  const ceiling = await load(bare, 0);
  await Promise.all([keyturn, each, group, bare].map((server) => server.stop()));
  const value = mostOf(ours, 'perSecond');
  return [
    toRow({
      what: `submissions, ${CONNECTIONS} connections`,
      value,
      unit: '/s',
      limit: mostOf(raw, 'perSecond'),
      limitName: 'Hono, zod and one FULL insert each',
      aim: ['>=', 4],
      note: `${latencies(ours)} (raw: ${latencies(raw)})`,
    }),
    toRow({
      what: 'submissions, beside group commit',
      value,
      unit: '/s',
      limit: mostOf(grouped, 'perSecond'),
      limitName: 'Hono, zod and group commit',
      note: `the load generator alone does ${Math.round(ceiling.perSecond).toLocaleString('en')} /s`,
    }),
    ...cpuRow('submission, CPU time of the server', ours, grouped, 'Hono, zod and group commit'),
  ];
}
