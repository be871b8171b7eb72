import type { RequestId } from '../../bot/core/request.ts';
import type { Executor, Job, TryEnded } from '../../bot/ports/executor.ts';
import type { Finished, Home } from '../../bot/ports/home.ts';
import type { Sink, Workshop } from '../../queue/worker.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { seededRandom } from '../helpers/seeded-random.ts';

export const ID = 'req_1' as RequestId;
export const LEASE_MS = 30_000;

/** A worker whose home counts, and whose clock is the test's: it sleeps until the test lets time pass. */
export function aWorker(
  executor: Executor | string,
  {
    home = {},
    sink = {},
    attempt = 1,
  }: { home?: Partial<Home>; sink?: Partial<Sink>; attempt?: number } = {},
) {
  const claims: string[] = [];
  const kept: number[] = [];
  const finished: Finished[] = [];
  const errors: string[] = [];
  const clock = new FakeClock();
  const atClaim = { takes: (): void => undefined };
  let sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const shop: Workshop = {
    home: {
      async claim(request) {
        claims.push(request);
        atClaim.takes();
        const job = { request, attempt: attempt + claims.length - 1, action: 'db.migrate', payload: {} };
        const rest = { redact: [], settings: {}, actionText: '{}' };
        return { ok: true, job: job as unknown as Job, leaseMs: LEASE_MS, ...rest };
      },
      async keep(_request, number) {
        kept.push(number);
        return { ok: true, stop: false };
      },
      async finish(_request, one) {
        finished.push(one);
        return { ok: true };
      },
      ...home,
    },
    executorFor: () => executor,
    sinkFor: () => ({ write() {}, close: async () => null, ...sink }),
    random: seededRandom('worker'),
    logger: { info() {}, warn() {}, error: (message) => void errors.push(message) },
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ until: clock.steady() + ms, wake });
      }),
    clock,
    inHand: new Set(),
    underWay: new Set(),
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  /** In steps of a second, so that whoever sleeps in between is woken in time. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 1_000) {
      clock.advance(Math.min(left, 1_000));
      const due = sleepers.filter(({ until }) => until <= clock.steady());
      sleepers = sleepers.filter(({ until }) => until > clock.steady());
      for (const { wake } of due) wake();
      await turn();
    }
  };
  return { shop, claims, kept, finished, errors, clock, atClaim, pass, turn };
}

/** What it ends with is for the test to say, when it says so. */
export function heldOpen() {
  const jobs: Job[] = [];
  let end: (ended: TryEnded) => void = () => undefined;
  const run = (job: Job) => {
    jobs.push(job);
    return new Promise<TryEnded>((resolve) => {
      end = resolve;
    });
  };
  return { jobs, run, end: (ended: TryEnded) => end(ended) };
}
