import { describe, expect, it } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { actionsElsewhere, callsOf, WORKERS, type WorkerName } from '../connectors/worker/bot-world.ts';
import { MemoryVendor, memoryMessenger } from '../helpers/memory-face.ts';
import { workerTokenOf } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';
import { submitApproved } from './runs/world.ts';

/** A bot with one face whose vendor counts, and workers that are the test's own calls. */

const PLACE = toPlace('memory');

async function open(concurrency = 1) {
  const vendor = new MemoryVendor();
  const limits = { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } as const;
  let keyturn = await startKeyturn(
    { workers: WORKERS, actions: actionsElsewhere('idempotent', [], concurrency), notify: [PLACE], limits },
    {
      config: { queue: { driver: 'embedded', concurrency: 0 } },
      ports: { faces: (context) => [memoryMessenger(context, vendor)] },
    },
  );
  const starts = () => vendor.in(PLACE).filter(({ lines }) => /[Ss]tarted .*on /.test(lines[0] ?? ''));
  return {
    vendor,
    starts,
    keyturn: () => keyturn,
    as: (worker: WorkerName) => callsOf(keyturn, workerTokenOf(worker)),
    /** The text of the `nth` start, once it says so. */
    start: (says: RegExp, nth = 0) =>
      until(
        () => {
          const text = starts()[nth]?.lines.join('\n') ?? '';
          return says.test(text) ? text : null;
        },
        () => vendor.in(PLACE).map(({ lines }) => lines),
      ),
    async restart() {
      keyturn = await keyturn.restart();
    },
    /** Everything is told, while time stands still. */
    quiet: () => until(() => (keyturn.keyturn.context.store.committed.notices(1).length === 0 ? true : null)),
    /** Everything is told. Time goes on, so that what failed gets its next try. */
    told: () =>
      until(() => {
        const left = keyturn.keyturn.context.store.committed.notices(1).length;
        if (left > 0) keyturn.clock.advance(500);
        return left === 0 ? true : null;
      }),
  };
}

/** Approved, taken by `eu`, and its start is told. */
async function running(world: Awaited<ReturnType<typeof open>>): Promise<string> {
  const { id } = await submitApproved(world.keyturn());
  expect((await world.as('eu').claim(id)).status).toBe(200);
  await world.start(/Started by Keyturn on eu at .* UTC\.$/);
  return id;
}

describe('the line of an action that takes its time', () => {
  it('says who has it, for how long and what it printed last, stays one over a restart, and is no entry', async () => {
    const world = await open();
    const id = await running(world);
    await world.as('eu').print(id, 1, 0, 'one\ntwo\n');
    await world.quiet();
    const before = world.keyturn().keyturn.context.store.committed.lastSeq();
    world.keyturn().clock.advance(10_000);
    expect(await world.start(/Running for 10s\.\ntwo$/)).toContain('Started by Keyturn on eu at');
    await world.as('eu').print(id, 1, 8, 'three\n');
    world.keyturn().clock.advance(14_000);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(world.starts()[0]?.lines.join()).toContain('Running for 10s');
    world.keyturn().clock.advance(1_000);
    await world.start(/Running for 25s\.\nthree$/);
    await world.quiet();
    expect(world.keyturn().keyturn.context.store.committed.lastSeq()).toBe(before);

    await world.restart();
    world.keyturn().clock.advance(1_000);
    await world.start(/Running for 26s\.\nthree$/);
    expect((await world.as('eu').finish(id, 1)).status).toBe(200);
    await world.start(/UTC\. It ran for 26s\.$/);
    await world.quiet();
    expect(world.starts()).toHaveLength(1);
  }, 30_000);

  it('shows what nobody could see, and no more than a bound of it', async () => {
    const world = await open();
    const id = await running(world);
    await world.as('eu').print(id, 1, 0, `ok\n\u202e12 of 40 ${'x'.repeat(3_000)} done\n`);
    world.keyturn().clock.advance(10_000);
    const text = await world.start(/⟦U\+202E⟧12 of 40 x+⟦\d+ characters are not shown here⟧x+ done$/);
    expect(text.length).toBeLessThan(600);
  }, 30_000);

  it('takes its turn when there are many: one edit in five seconds in all, and never the same one first', async () => {
    const world = await open(100);
    for (let index = 0; index < 15; index += 1) {
      const { id } = await submitApproved(world.keyturn(), { version: String(index) });
      expect((await world.as('eu').claim(id)).status).toBe(200);
    }
    await until(() => (world.starts().length === 15 ? true : null));
    await world.quiet();
    const edits = () => world.starts().map(({ past }) => past.length);
    expect(Math.max(...edits())).toBe(0);
    world.keyturn().clock.advance(10_000);
    for (let ticks = 1; ticks <= 4; ticks += 1) {
      await until(() => (edits().filter((count) => count > 0).length >= ticks ? true : null), edits);
      await world.quiet();
      if (ticks < 4) world.keyturn().clock.advance(5_000);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(edits().filter((count) => count > 0)).toEqual([1, 1, 1, 1]);
  }, 30_000);

  it('is let go of when the place wants to be left alone, and holds up nothing', async () => {
    const world = await open();
    const id = await running(world);
    await world.quiet();
    world.vendor.moods.push({ retryAfterMs: 600_000 });
    world.keyturn().clock.advance(10_000);
    await until(() => (world.vendor.moods.length === 0 ? true : null));
    await world.keyturn().post('bob', `/v1/requests/${id}/stop`, { comment: 'wrong window' });
    await until(() => world.vendor.in(PLACE).find(({ lines }) => lines[0]?.includes('asked it to stop')));
    expect(world.starts()[0]?.lines.join()).not.toContain('Running');
  }, 30_000);

  it('ends as said, also when the place is down just then', async () => {
    const world = await open();
    const id = await running(world);
    world.keyturn().clock.advance(10_000);
    await world.start(/Running for/);
    await world.told();
    world.vendor.moods.push('down', 'down', 'down', 'down');
    await world.as('eu').finish(id, 1, { status: 'failed', exit_code: 3 });
    await world.told();
    expect(world.starts().map(({ lines }) => lines)).toEqual([
      [expect.stringMatching(/^Started by Keyturn on eu at .*UTC\. It ran for 1\ds\.$/)],
    ]);
  }, 30_000);

  it('says no longer that it runs when it was tried again, or taken over from who never spoke again', async () => {
    const world = await open();
    const id = await running(world);
    world.keyturn().clock.advance(10_000);
    await world.start(/Running for/);
    await world.as('eu').finish(id, 1, { status: 'failed', exit_code: 1, retryable: true, retry_in_ms: 1 });
    await world.start(/UTC\.$/);
    world.keyturn().clock.advance(1_000);
    expect((await world.as('eu').claim(id)).body.attempt).toBe(2);
    world.keyturn().clock.advance(10_000);
    await world.start(/Try 2 started on eu at .* Running for 1\ds\./, 1);
    world.keyturn().clock.advance(31_000);
    expect((await world.as('other').claim(id)).body.attempt).toBe(3);
    await world.start(/^Try 2 started on eu at .* UTC\.$/, 1);
    await world.start(/^Try 3 started on other at .* UTC\.$/, 2);
    expect(world.starts()).toHaveLength(3);
  }, 30_000);
});
