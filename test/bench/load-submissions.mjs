import autocannon from 'autocannon';
import { readOptions, report } from './lib/child.mjs';
import { cpuMs } from './lib/cpu.mjs';
import { percentiles } from './lib/measure.mjs';
import { aSubmission, TOKENS } from './lib/policy.mjs';

/** A child process: submissions as fast as `connections` get answers, for `seconds` after a warm-up. */
const { port, pid, connections, seconds, warmUp, salt } = readOptions();

let count = 0;
function toSubmission(request) {
  count += 1;
  return { ...request, body: JSON.stringify(aSubmission(`${salt}-${count}`)) };
}

async function shoot(duration) {
  const took = [];
  const statuses = new Map();
  const run = autocannon({
    url: `http://127.0.0.1:${port}/v1/requests`,
    method: 'POST',
    headers: { authorization: `Bearer ${TOKENS.agent}`, 'content-type': 'application/json' },
    requests: [{ setupRequest: toSubmission }],
    connections,
    duration,
    skipAggregateResult: true,
  });
  run.on('response', (_client, status, _bytes, milliseconds) => {
    took.push(milliseconds);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  const started = performance.now();
  await run;
  const spent = (performance.now() - started) / 1000;
  const created = statuses.get(201) ?? 0;
  if (created === 0 || created < took.length) {
    throw new Error(`not every submission was created: ${JSON.stringify([...statuses])}`);
  }
  return { perSecond: took.length / spent, ...percentiles(took), all: took.length };
}

await shoot(warmUp);
const cpu = process.cpuUsage();
const before = cpuMs(pid);
const shot = await shoot(seconds);
const after = cpuMs(pid);
const { user, system } = process.cpuUsage(cpu);
report({
  ...shot,
  clientCpu: (user + system) / 1e6 / seconds,
  cpuMsEach: after === null ? null : (after - before) / shot.all,
});
// autocannon leaves timers behind.
process.exit(0);
