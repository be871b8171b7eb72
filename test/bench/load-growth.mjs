import { readOptions, report } from './lib/child.mjs';
import { cpuMs } from './lib/cpu.mjs';
import { percentiles } from './lib/measure.mjs';
import { aSubmission, TOKENS } from './lib/policy.mjs';
import { Wire } from './lib/wire.mjs';

/** A child process: `samples` of each call, `inFlight` at a time, one kind of call after the other. */
const { port, pid, inFlight, samples, salt } = readOptions();
const wires = await Promise.all(Array.from({ length: inFlight }, () => Wire.open(port)));

async function timed(call) {
  const took = [];
  const answers = [];
  let next = 0;
  const lane = async (wire) => {
    while (next < samples) {
      const nth = next;
      next += 1;
      const started = performance.now();
      const { status, body } = await call(wire, nth);
      took.push(performance.now() - started);
      if (status !== 200 && status !== 201) throw new Error(`answered ${status}: ${body}`);
      answers.push(body);
    }
  };
  await Promise.all(wires.map(lane));
  return { ...percentiles(took), answers };
}

const before = cpuMs(pid);
const submit = await timed((wire, nth) =>
  wire.call('POST', '/v1/requests', TOKENS.agent, aSubmission(`${salt}-${nth}`)),
);
const created = submit.answers.map((body) => JSON.parse(body));
await timed((wire, nth) => wire.call('GET', `/v1/requests/${created[nth].id}/payload`, TOKENS.bob));
const review = await timed((wire, nth) => {
  const { id, action_digest } = created[nth];
  return wire.call('POST', `/v1/requests/${id}/reviews`, TOKENS.bob, { verdict: 'approve', action_digest });
});
const list = await timed((wire) => wire.call('GET', '/v1/requests', TOKENS.bob));
const pending = await timed((wire) => wire.call('GET', '/v1/requests?state=pending', TOKENS.bob));
const after = cpuMs(pid);
for (const wire of wires) wire.close();

const only = ({ p50, p99 }) => ({ p50, p99 });
report({
  list: only(list),
  pending: only(pending),
  submit: only(submit),
  review: only(review),
  // Of one of each, and the look before the review.
  cpuMsEach: after === null ? null : (after - before) / samples,
});
