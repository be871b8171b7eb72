import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aSubmission, POLICY, TOKENS } from './policy.mjs';
import { load } from './product.mjs';

const { authenticator } = await load('connectors/api/authenticate.js');
const { consumeRequest } = await load('bot/app/consume-request.js');
const { openContext } = await load('bot/open-context.js');
const { placesOf } = await load('bot/places-of.js');
const { closeLog } = await load('bot/close-log.js');
const { reportOutcome } = await load('bot/app/report-outcome.js');
const { reviewRequest } = await load('bot/app/review-request.js');
const { submitRequest } = await load('bot/app/submit-request.js');
const { toConfiguration } = await load('bot/cli/configuration.js');
const { viewPayload } = await load('bot/app/view-payload.js');
const { systemRandom } = await load('bot/random.js');
const { cancelRequest } = await load('bot/app/withdraw-request.js');

/** An install in `dir`: the policy as a file, data and keys beside it. Returns the config's path. */
function install(dir) {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'keyturn.yaml');
  writeFileSync(file, POLICY);
  return file;
}

/** The use cases without HTTP, over the real store: how the bench makes logs and full databases. */
export async function openUseCases(dir, clock) {
  const config = toConfiguration(POLICY, install(dir), {});
  const onBroken = (cause) => {
    throw cause;
  };
  const machine = { clock, random: systemRandom(), onBroken };
  const context = await openContext(config, machine, placesOf([], []));
  const callerOf = authenticator(() => context.rulebook);
  const [agent, bob] = ['agent', 'bob'].map((who) => callerOf(`Bearer ${TOKENS[who]}`));

  const must = (result) => {
    if (result.ok) return result;
    throw new Error(`refused with ${result.code}`);
  };
  const submit = async (nth) => {
    const submission = { ...aSubmission(nth), onBehalfOf: null, links: [], expiresInS: null, hold: 'poll' };
    return must(await submitRequest(context, agent, submission, null)).request;
  };
  const vote = (request, verdict) =>
    reviewRequest(context, bob, request.id, {
      verdict,
      actionDigest: request.actionDigest,
      comment: verdict === 'reject' ? 'not during the freeze' : null,
    });

  return {
    context,
    submit,
    async cancelled(nth) {
      const { id } = await submit(nth);
      must(await cancelRequest(context, agent, id, null));
    },
    async rejected(nth) {
      must(await vote(await submit(nth), 'reject'));
    },
    /** Submit, view, approve, consume, outcome: six entries. */
    async cycle(nth) {
      const request = await submit(nth);
      must(await viewPayload(context, bob, request.id));
      must(await vote(request, 'approve'));
      const consumed = must(await consumeRequest(context, agent, request.id, request.actionDigest, null));
      const { nonce } = JSON.parse(consumed.answer);
      const report = { nonce, status: 'succeeded', exitCode: 0, detail: null };
      must(await reportOutcome(context, agent, request.id, report));
    },
    /** As a server ends: with its last entry, and a checkpoint over all of it. */
    close: () => closeLog(context, []),
  };
}

/** Runs `work(0)` to `work(count - 1)`, `width` at a time, so that they share commits. */
export async function inParallel(count, width, work) {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const nth = next;
      next += 1;
      await work(nth);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}
