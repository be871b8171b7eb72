import { join } from 'node:path';
import { untilIdle } from './lib/cpu.mjs';
import { inTurns, leastOf } from './lib/measure.mjs';
import { runChild, startKeyturn } from './lib/processes.mjs';
import { cpuRow, toRow } from './lib/rows.mjs';

const IN_FLIGHT = 8;
const CALLS = [
  ['list', 'list, newest 50'],
  ['pending', 'list, 50 pending'],
  ['submit', 'submit'],
  ['review', 'review'],
];

/** What many times as many stored requests do to the slowest of a hundred calls. */
export async function growth({ dir, quick, stored }) {
  // A million takes an hour to write, so it is asked for by name: --stored 1000000.
  const [few, many] = quick ? [500, 5_000] : [1_000, Number(stored ?? 100_000)];
  const [small, large] = await Promise.all(
    [few, many].map(async (count) => {
      const data = join(dir, `stored-${count}`);
      await runChild('fill-requests.mjs', { dir: data, count, pending: 1 });
      return startKeyturn(data);
    }),
  );
  // It first brings every open request to the room, which the use cases alone have not done.
  await Promise.all([untilIdle(small.pid), untilIdle(large.pid)]);
  const samples = quick ? 100 : 400;
  const load = ({ port, pid }, round) =>
    runChild('load-growth.mjs', { port, pid, inFlight: IN_FLIGHT, samples, salt: `c${round}` });
  // The first turn is the warm-up: it also finds what each process compiles and caches once.
  const [atFew, atMany] = (
    await inTurns(quick ? 3 : 7, [(round) => load(small, round), (round) => load(large, round)])
  ).map((rounds) => rounds.slice(1));
  await Promise.all([small.stop(), large.stop()]);
  const of = (rounds, call) => rounds.map((round) => round[call]);
  const rows = CALLS.map(([call, what]) =>
    toRow({
      what: `${what}: p99, ${many.toLocaleString('en')} stored`,
      value: leastOf(of(atMany, call), 'p99'),
      unit: 'ms',
      limit: leastOf(of(atFew, call), 'p99'),
      limitName: `${few.toLocaleString('en')} stored`,
      aim: ['<=', 1.2],
      note: `p50 ${leastOf(of(atMany, call), 'p50').toFixed(2)} and ${leastOf(of(atFew, call), 'p50').toFixed(2)} ms, ${IN_FLIGHT} in flight`,
    }),
  );
  const cpu = `CPU time of the server, one of each call, ${many.toLocaleString('en')} stored`;
  return [...rows, ...cpuRow(cpu, atMany, atFew, `${few.toLocaleString('en')} stored`)];
}
