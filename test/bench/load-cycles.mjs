import { setTimeout as sleep } from 'node:timers/promises';
import { readOptions, report } from './lib/child.mjs';
import { cpuMs } from './lib/cpu.mjs';
import { percentiles } from './lib/measure.mjs';
import { aSubmission, TOKENS } from './lib/policy.mjs';
import { Wire } from './lib/wire.mjs';

/** A child process: whole cycles over HTTP, `inFlight` at a time, for `seconds` after a warm-up. */
const { port, pid, inFlight, seconds, warmUp, salt } = readOptions();
/** Before this many the server still compiles itself; on a busy machine they take longer than `warmUp`. */
const WARM = 1_500;
const LONGEST_WARM_UP_MS = 120_000;

let count = 0;
let ended = 0;
let counting = false;
let stopped = false;
const took = [];

const textAt = (body, field) => {
  const from = body.indexOf(`"${field}":"`) + field.length + 4;
  return body.slice(from, body.indexOf('"', from));
};

function must({ status, body }, expected, call) {
  if (status !== expected) throw new Error(`${call} answered ${status}: ${body}`);
  return body;
}

async function cycle(wire) {
  count += 1;
  const submitted = must(
    await wire.call('POST', '/v1/requests', TOKENS.agent, aSubmission(`${salt}-${count}`)),
    201,
    'submit',
  );
  const path = `/v1/requests/${textAt(submitted, 'id')}`;
  const action_digest = textAt(submitted, 'action_digest');
  must(await wire.call('GET', `${path}/payload`, TOKENS.bob), 200, 'payload');
  const review = { verdict: 'approve', action_digest };
  must(await wire.call('POST', `${path}/reviews`, TOKENS.bob, review), 200, 'review');
  const consumed = must(
    await wire.call('POST', `${path}/consume`, TOKENS.agent, { action_digest }),
    200,
    'consume',
  );
  const outcome = { nonce: textAt(consumed, 'nonce'), status: 'succeeded', exit_code: 0 };
  must(await wire.call('POST', `${path}/outcome`, TOKENS.agent, outcome), 200, 'outcome');
}

async function goOn(wire) {
  while (!stopped) {
    const started = performance.now();
    await cycle(wire);
    ended += 1;
    if (counting) took.push(performance.now() - started);
  }
  wire.close();
}

const wires = await Promise.all(Array.from({ length: inFlight }, () => Wire.open(port)));
const runs = wires.map(goOn);
const measure = async () => {
  const begun = performance.now();
  await sleep(warmUp * 1000);
  while (ended < WARM && performance.now() - begun < LONGEST_WARM_UP_MS) await sleep(50);
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const [before, endedBefore] = [cpuMs(pid), ended];
  counting = true;
  await sleep(seconds * 1000);
  counting = false;
  const after = cpuMs(pid);
  const spent = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  stopped = true;
  return {
    perSecond: took.length / spent,
    ...percentiles(took),
    clientCpu: (user + system) / 1e6 / spent,
    cpuMsEach: after === null ? null : (after - before) / (ended - endedBefore),
  };
};
const [measured] = await Promise.all([measure(), ...runs]);
report(measured);
