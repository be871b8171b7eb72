import { describe, expect, it } from 'vitest';
import type { Kept } from '../../bot/ports/home.ts';
import { allHome, carryOut } from '../../queue/worker.ts';
import { aWorker, heldOpen, ID, LEASE_MS } from './a-worker.ts';
import { DONE, FakeExecutor } from './runs/world.ts';

const NOT_STARTED = [['failed', true, 'was not started in time; nothing was done']];

/** At work, with a home that answers its signs of life like this. */
async function atWork(keep?: (asked: number) => Promise<Kept>) {
  const executor = new FakeExecutor();
  const open = heldOpen();
  executor.onRun = open.run;
  let asked = 0;
  const answered = (by: (times: number) => Promise<Kept>) => () => {
    asked += 1;
    return by(asked);
  };
  const answer = keep === undefined ? {} : { keep: answered(keep) };
  const worker = aWorker(executor, { home: answer });
  const running = carryOut(worker.shop, { request: ID });
  await worker.turn();
  const [job] = open.jobs;
  if (job === undefined) throw new Error('nothing was started');
  const end = () => {
    open.end(DONE);
    return running;
  };
  return { ...worker, job, asked: () => asked, end };
}

describe('row 2: a worker whose lease may be over', () => {
  it.each([
    ['was frozen', (clock: ReturnType<typeof aWorker>['clock'], ms: number) => clock.advance(ms)],
    [
      'was frozen while its wall clock was set back',
      (clock, ms) => {
        clock.advance(ms);
        clock.step(-3_600_000);
      },
    ],
    ['slept with its machine, whose steady clock stood still', (clock, ms) => clock.step(ms)],
  ])('starts nothing when it %s between the claim and the start, and says so', async (_how, lose) => {
    const executor = new FakeExecutor('checkable');
    const { shop, finished, clock, atClaim } = aWorker(executor);
    atClaim.takes = () => lose(clock, LEASE_MS);
    await carryOut(shop, { request: ID });
    await allHome(shop, 0);
    expect(executor.jobs).toEqual([]);
    expect(finished.map(({ ended }) => [ended.status, ended.retryable, ended.detail])).toEqual(NOT_STARTED);
    atClaim.takes = () => lose(clock, LEASE_MS - 1);
    await carryOut(shop, { request: ID });
    expect(executor.jobs).toHaveLength(1);
  });

  it('is not late for as long as its signs of life are answered', async () => {
    const { job, pass, end } = await atWork();
    await pass(10 * LEASE_MS);
    expect(job.isLate()).toBe(false);
    await end();
  });

  it('is late once nobody has answered for a lease, and goes on with what it runs', async () => {
    const { job, pass, asked, end } = await atWork(() => Promise.reject(new Error('nobody answers')));
    await pass(LEASE_MS - 1_000);
    expect([job.isLate(), asked()]).toEqual([false, 29]);
    await pass(1_000);
    expect([job.isLate(), job.signal.aborted]).toEqual([true, false]);
    await end();
  });

  it('counts a lease from when it asked for it, not from when it was answered', async () => {
    let answer: (kept: Kept) => void = () => {};
    const { job, pass, end } = await atWork((asked) =>
      asked > 1 ? Promise.reject(new Error('nobody answers')) : new Promise((resolve) => (answer = resolve)),
    );
    await pass(21_000);
    answer({ ok: true, stop: false });
    await pass(LEASE_MS - 21_000);
    expect(job.isLate()).toBe(false);
    await pass(1_000);
    expect(job.isLate()).toBe(true);
    await end();
  });

  it.each<[string, Kept]>([
    ['it is somebody else’s by now', { ok: false, code: 'FORBIDDEN' }],
    ['somebody wants it to end', { ok: true, stop: true }],
  ])('ends what it runs when it hears that %s', async (_what, kept) => {
    const { job, pass, end } = await atWork(async () => kept);
    expect(job.signal.aborted).toBe(false);
    await pass(1_000);
    expect(job.signal.aborted).toBe(true);
    await end();
  });

  it('says that it lives until what was printed is brought home as well, and then no more', async () => {
    let brought = (): void => {};
    const { shop, kept, pass, turn } = aWorker(new FakeExecutor(), {
      sink: { close: () => new Promise((resolve) => (brought = () => resolve(null))) },
    });
    const running = carryOut(shop, { request: ID });
    await turn();
    await pass(5_000);
    expect(kept).toEqual([1, 1, 1, 1, 1]);
    brought();
    await running;
    await pass(5_000);
    expect(kept).toHaveLength(5);
  });
});
