import { mkdirSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTurns, leastOf, medianOf } from './lib/measure.mjs';
import { TOKENS } from './lib/policy.mjs';
import { memoryMiB, runChild, runToEnd, startKeyturn } from './lib/processes.mjs';
import { toRow } from './lib/rows.mjs';

/** From the start of the process to the first 200 from /readyz, and what it then holds in memory. */
export async function starting({ dir, quick }) {
  const used = join(dir, 'used');
  mkdirSync(used);
  await (await startKeyturn(used)).stop();
  const times = quick ? 3 : 5;
  const [fresh, again, bare] = await inTurns(times, [
    (round) => startAndStop(join(dir, `fresh-${round}`)),
    () => startAndStop(used),
    async () => (await runToEnd(['-e', '0'])).seconds * 1000,
  ]);
  const limit = { limit: Math.min(...bare), limitName: 'node -e 0' };
  return [
    toRow({ what: 'start to ready', value: leastOf(again, 'readyMs'), unit: 'ms', ...limit }),
    toRow({
      what: 'start to ready, empty directory',
      value: leastOf(fresh, 'readyMs'),
      unit: 'ms',
      ...limit,
    }),
    ...(await memory(dir, medianOf(again, 'rssMiB'), quick ? 1_000 : 10_000)),
  ];
}

async function startAndStop(data) {
  mkdirSync(data, { recursive: true });
  const keyturn = await startKeyturn(data);
  await sleep(500);
  const rssMiB = memoryMiB(keyturn.pid, 'VmRSS') ?? 0;
  await keyturn.stop();
  return { readyMs: keyturn.readyMs, rssMiB };
}

async function memory(dir, idle, count) {
  if (idle === 0) return [];
  const data = join(dir, 'pending');
  await runChild('fill-requests.mjs', { dir: data, count, pending: 10 });
  const keyturn = await startKeyturn(data);
  const started = memoryMiB(keyturn.pid, 'VmRSS');
  await readAll(keyturn.port, count);
  await sleep(500);
  const read = memoryMiB(keyturn.pid, 'VmRSS');
  await keyturn.stop();
  const pending = `${count.toLocaleString('en')} pending`;
  const limit = { limit: idle, limitName: 'idle' };
  return [
    toRow({ what: `memory, ${pending}`, value: started, unit: 'MiB', ...limit }),
    toRow({ what: `memory, ${pending}, all listed once`, value: read, unit: 'MiB', ...limit }),
  ];
}

async function readAll(port, count) {
  let cursor = '';
  let seen = 0;
  do {
    const { items, next_cursor } = await fetchJson(port, `/v1/requests?limit=200${cursor}`);
    seen += items.length;
    cursor = next_cursor === null ? null : `&cursor=${next_cursor}`;
  } while (cursor !== null);
  if (seen !== count) throw new Error(`${seen} of ${count} requests were listed`);
}

function fetchJson(port, path) {
  const headers = { authorization: `Bearer ${TOKENS.bob}` };
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, headers, agent: false }, async (answer) => {
      try {
        resolve(JSON.parse(Buffer.concat(await answer.toArray()).toString()));
      } catch (cause) {
        reject(cause);
      }
    }).on('error', reject);
  });
}
