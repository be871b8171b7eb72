import { describe, expect, it } from 'vitest';
import type { RequestId } from '../../bot/core/request.ts';
import type { Executor, Job } from '../../bot/ports/executor.ts';
import type { Finished } from '../../bot/ports/home.ts';
import { allHome, carryOut, type Workshop } from '../../queue/worker.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { DONE, FakeExecutor } from './runs/world.ts';

const ID = 'req_1' as RequestId;
const LEASE_MS = 30_000;

/** A worker whose home counts, and whose clock is the test's. */
function aWorker(executor: Executor) {
  const claims: string[] = [];
  const finished: Finished[] = [];
  const clock = { now: 0, afterClaim: 0 };
  const shop: Workshop = {
    home: {
      async claim(request) {
        claims.push(request);
        clock.now += clock.afterClaim;
        const job = { request, attempt: claims.length, action: 'db.migrate', payload: {} };
        const rest = { redact: [], settings: {}, actionText: '{}' };
        return { ok: true, job: job as unknown as Job, leaseMs: LEASE_MS, ...rest };
      },
      keep: async () => ({ ok: true, stop: false }),
      async finish(_request, one) {
        finished.push(one);
        return { ok: true };
      },
    },
    executorFor: () => executor,
    sinkFor: () => ({ write() {}, close: async () => null }),
    random: seededRandom('worker'),
    logger: { info() {}, warn() {}, error() {} },
    sleep: () => new Promise(() => undefined),
    steady: () => clock.now,
    inHand: new Set(),
    underWay: new Set(),
  };
  return { shop, claims, finished, clock };
}

describe('a worker', () => {
  it('that is woken for what it has in hand does not claim it again, and does once that is over', async () => {
    const executor = new FakeExecutor();
    let end = () => {};
    executor.onRun = () => new Promise((resolve) => (end = () => resolve(DONE)));
    const { shop, claims } = aWorker(executor);
    const first = carryOut(shop, { request: ID });
    await expect.poll(() => executor.jobs.length).toBe(1);
    await carryOut(shop, { request: ID });
    expect(claims).toEqual([ID]);
    end();
    await first;
    await allHome(shop, 1_000);
    executor.onRun = async () => DONE;
    await carryOut(shop, { request: ID });
    expect(claims).toEqual([ID, ID]);
  });

  it('that was frozen past its lease between the claim and the start does not start, and says so', async () => {
    const executor = new FakeExecutor('checkable');
    const { shop, finished, clock } = aWorker(executor);
    clock.afterClaim = LEASE_MS;
    await carryOut(shop, { request: ID });
    await allHome(shop, 1_000);
    expect(executor.jobs).toEqual([]);
    expect(finished.map(({ ended }) => [ended.status, ended.retryable, ended.detail])).toEqual([
      ['failed', true, 'was not started in time; nothing was done'],
    ]);
    clock.afterClaim = LEASE_MS - 1;
    await carryOut(shop, { request: ID });
    expect(executor.jobs).toHaveLength(1);
  });
});
