import { join } from 'node:path';
import { percentiles } from './lib/measure.mjs';
import { aSubmission, TOKENS } from './lib/policy.mjs';
import { startKeyturn } from './lib/processes.mjs';
import { inParallel, openUseCases } from './lib/use-cases.mjs';
import { Wire } from './lib/wire.mjs';

const CALLS = 1500;
const FEW = 1000;

/** (c) What 100,000 stored requests cost list, submit and review, against 1,000. */
export async function stored({ dir, many }) {
  const before = await measure(join(dir, 'c-few'), FEW);
  const after = await measure(join(dir, 'c-many'), many);
  return Object.keys(before).map((call) => ({
    name: `c ${call} p99 with ${many} stored`,
    unit: 'ms',
    value: after[call].p99,
    limit: before[call].p99,
    ratio: after[call].p99 / before[call].p99,
    aim: '<= 1.2',
    p50: after[call].p50,
  }));
}

async function measure(dir, count) {
  await fill(dir, count);
  const server = await startKeyturn(dir);
  const wire = await Wire.open(server.port);
  const took = { list: [], submit: [], review: [] };
  const timed = async (call, method, path, token, body) => {
    const started = performance.now();
    const answer = await wire.call(method, path, token, body);
    took[call].push(performance.now() - started);
    if (answer.status >= 300) throw new Error(`${call} answered ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body);
  };
  for (let nth = 0; nth < CALLS; nth += 1) {
    const request = await timed('submit', 'POST', '/v1/requests', TOKENS.agent, aSubmission(`c${nth}`));
    const path = `/v1/requests/${request.id}`;
    await wire.call('GET', `${path}/payload`, TOKENS.bob);
    const review = { verdict: 'approve', action_digest: request.action_digest };
    await timed('review', 'POST', `${path}/reviews`, TOKENS.bob, review);
    await timed('list', 'GET', '/v1/requests?state=pending&limit=50', TOKENS.bob);
  }
  wire.close();
  await server.stop();
  return Object.fromEntries(Object.entries(took).map(([call, all]) => [call, percentiles(all.slice(300))]));
}

/** Nine in ten are over, as in a log that has been kept for a while; the others wait. */
async function fill(dir, count) {
  const clock = { wall: () => Date.now(), steady: () => performance.now() };
  const useCases = await openUseCases(dir, clock);
  await inParallel(count, 200, (nth) => {
    if (nth % 10 === 9 && nth > count - FEW) return useCases.submit(`fill-${nth}`);
    return nth % 2 === 0 ? useCases.rejected(`fill-${nth}`) : useCases.cancelled(`fill-${nth}`);
  });
  await useCases.close();
}
