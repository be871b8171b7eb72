import { describe, expect, it } from 'vitest';
import type { RequestId } from '../../bot/core/request.ts';
import { allHome, carryOut } from '../../queue/worker.ts';
import { aWorker, heldOpen, ID } from './a-worker.ts';
import { DONE, FakeExecutor } from './runs/world.ts';

describe('a worker', () => {
  it('that is woken for what it has in hand does not claim it again, and does once that is over', async () => {
    const executor = new FakeExecutor();
    const open = heldOpen();
    executor.onRun = open.run;
    const { shop, claims } = aWorker(executor);
    const first = carryOut(shop, { request: ID });
    await expect.poll(() => executor.jobs.length).toBe(1);
    await carryOut(shop, { request: ID });
    expect(claims).toEqual([ID]);
    open.end(DONE);
    await first;
    await allHome(shop, 1_000);
    executor.onRun = async () => DONE;
    await carryOut(shop, { request: ID });
    expect(claims).toEqual([ID, ID]);
  });

  it('that gets nothing is free for the next wake-up', async () => {
    const { shop, claims } = aWorker(new FakeExecutor(), {
      home: {
        async claim(id) {
          claims.push(id);
          if (claims.length === 1) throw new Error('nobody answers');
          return { ok: false, code: 'ALREADY_CONSUMED' };
        },
      },
    });
    for (let times = 0; times < 3; times += 1) await carryOut(shop, { request: ID });
    expect(claims).toEqual([ID, ID, ID]);
  });

  it('that cannot run it says that nothing was started, and why', async () => {
    const { shop, finished } = aWorker('SECRET is not set');
    await carryOut(shop, { request: ID });
    await allHome(shop, 0);
    expect(finished.map(({ ended }) => ended)).toEqual([
      { status: 'failed', exitCode: null, detail: 'SECRET is not set', retryable: true },
    ]);
  });

  it('whose executor breaks its promise cannot say what happened, and does not want it tried again', async () => {
    const executor = new FakeExecutor('idempotent');
    executor.onRun = () => Promise.reject(new Error('bug'));
    const { shop, finished } = aWorker(executor);
    await carryOut(shop, { request: ID });
    await allHome(shop, 0);
    expect(finished.map(({ ended }) => [ended.status, ended.retryable])).toEqual([['unknown', false]]);
  });
});

describe('row 2: something that can be asked whether it happened', () => {
  type Seen = 'happened' | 'did_not_happen' | 'cannot_say';
  const started = async (attempt: number, seen: Seen) => {
    const executor = Object.assign(new FakeExecutor('checkable'), { check: async () => seen });
    const { shop, finished } = aWorker(executor, { attempt });
    await carryOut(shop, { request: ID });
    await allHome(shop, 0);
    return [executor.jobs.length, finished[0]?.ended.status, finished[0]?.ended.retryable];
  };

  it('is not asked before it was started once', async () => {
    expect(await started(1, 'happened')).toEqual([1, 'succeeded', false]);
  });

  it('is not started again when it has happened', async () => {
    expect(await started(2, 'happened')).toEqual([0, 'succeeded', false]);
  });

  it('is not started again while it cannot say, and is asked again later', async () => {
    expect(await started(2, 'cannot_say')).toEqual([0, 'unknown', true]);
  });

  it('is started again when it has not happened', async () => {
    expect(await started(2, 'did_not_happen')).toEqual([1, 'succeeded', false]);
  });
});

describe('an outcome', () => {
  it('is brought again until somebody takes it, and is not brought again after that', async () => {
    let tries = 0;
    const { shop, pass } = aWorker(new FakeExecutor(), {
      home: {
        async finish() {
          tries += 1;
          if (tries < 4) throw new Error('nobody answers');
          return { ok: false, code: 'FORBIDDEN' };
        },
      },
    });
    await carryOut(shop, { request: ID });
    await pass(60_000);
    expect(tries).toBe(4);
    expect(shop.inHand.size).toBe(0);
  });

  it('that nobody ever takes is given up after a while, and said to be', async () => {
    let tries = 0;
    const { shop, pass, errors } = aWorker(new FakeExecutor(), {
      home: {
        async finish() {
          tries += 1;
          throw new Error('nobody answers');
        },
      },
    });
    await carryOut(shop, { request: ID });
    await pass(3_600_000);
    expect([tries, shop.inHand.size, shop.underWay.size]).toEqual([60, 0, 0]);
    expect(errors).toEqual(['an outcome was given up; the lease ends it']);
  });

  it('is waited for at the end no longer than it is told', async () => {
    const { shop, pass } = aWorker(new FakeExecutor(), { home: { finish: () => new Promise(() => {}) } });
    await carryOut(shop, { request: ID });
    let isHome = false;
    const waiting = allHome(shop, 5_000).then(() => {
      isHome = true;
    });
    await pass(4_000);
    expect(isHome).toBe(false);
    await pass(1_000);
    await waiting;
  });

  it('is one of 64 on their way at most: with more, nothing new is taken', async () => {
    const executor = new FakeExecutor();
    const { shop, turn } = aWorker(executor, { home: { finish: () => new Promise(() => {}) } });
    const ids = Array.from({ length: 70 }, (_none, index) => `req_${index}` as RequestId);
    void (async () => {
      for (const request of ids) await carryOut(shop, { request });
    })();
    for (let turns = 0; turns < 500; turns += 1) await turn();
    expect(executor.jobs).toHaveLength(65);
  });

  it('is told although what was printed could not be kept, and the lease is let go of', async () => {
    const { shop, finished, kept, pass } = aWorker(new FakeExecutor(), {
      sink: { close: () => Promise.reject(new Error('EIO')) },
    });
    await carryOut(shop, { request: ID });
    await allHome(shop, 0);
    expect(finished.map(({ ended, output }) => [ended.status, output])).toEqual([['succeeded', null]]);
    await pass(10_000);
    expect(kept).toEqual([]);
  });
});
