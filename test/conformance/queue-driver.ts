import { describe, expect, it, onTestFinished } from 'vitest';
import type { RequestId } from '../../bot/core/request.ts';
import type { QueueDriver, Wake } from '../../bot/ports/queue-driver.ts';

export function aWake(changes: Partial<Wake> = {}): Wake {
  return { request: 'req_1' as RequestId, attempt: 0, urgency: 1, runsOn: [], ...changes };
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Every promise of the port. `open` gives drivers over one and the same queue, empty at first. */
export function behavesLikeAQueueDriver(name: string, queue: () => Promise<{ open(): QueueDriver }>): void {
  const opened = async () => {
    const { open } = await queue();
    const drivers: QueueDriver[] = [];
    onTestFinished(async () => {
      await Promise.all(drivers.map((driver) => driver.close(100)));
    });
    return () => {
      const driver = open();
      drivers.push(driver);
      return driver;
    };
  };
  const recorder = () => {
    const seen: string[] = [];
    return { seen, take: async ({ request }: Wake) => void seen.push(request) };
  };

  describe(`${name}, as a queue driver`, () => {
    it('gives a wake-up to who takes, as it was added', async () => {
      const driver = (await opened())();
      const taken: Wake[] = [];
      driver.take(async (wake) => void taken.push(wake), { most: 1, labels: [] });
      await driver.add([aWake({ attempt: 2, urgency: 3 })]);
      await expect.poll(() => taken.length, { timeout: 5_000 }).toBe(1);
      expect(taken[0]).toMatchObject({ request: 'req_1', attempt: 2, urgency: 3 });
    });

    it('gives what was added before anybody took', async () => {
      const driver = (await opened())();
      await driver.add([aWake()]);
      const { seen, take } = recorder();
      driver.take(take, { most: 1, labels: [] });
      await expect.poll(() => seen, { timeout: 5_000 }).toEqual(['req_1']);
    });

    it('collapses the same wake-up while it waits, and gives it again once it was followed', async () => {
      const driver = (await opened())();
      for (let times = 0; times < 3; times += 1) await driver.add([aWake()]);
      const { seen, take } = recorder();
      driver.take(take, { most: 1, labels: [] });
      await expect.poll(() => seen.length, { timeout: 5_000 }).toBe(1);
      await wait(100);
      expect(seen).toHaveLength(1);
      await driver.add([aWake()]);
      await expect.poll(() => seen.length, { timeout: 5_000 }).toBe(2);
    });

    it('gives the urgent ones first', async () => {
      const driver = (await opened())();
      for (const urgency of [0, 2, 1, 3]) {
        await driver.add([aWake({ request: `req_${urgency}` as RequestId, urgency })]);
      }
      const { seen, take } = recorder();
      driver.take(take, { most: 1, labels: [] });
      await expect.poll(() => seen.length, { timeout: 5_000 }).toBe(4);
      expect(seen).toEqual(['req_3', 'req_2', 'req_1', 'req_0']);
    });

    it('runs so many at the same time, and not one more', async () => {
      const driver = (await opened())();
      let running = 0;
      let most = 0;
      let done = 0;
      driver.take(
        async () => {
          running += 1;
          most = Math.max(most, running);
          await wait(50);
          running -= 1;
          done += 1;
        },
        { most: 3, labels: [] },
      );
      for (let number = 0; number < 12; number += 1) {
        await driver.add([aWake({ request: `req_${number}` as RequestId })]);
      }
      await expect.poll(() => done, { timeout: 5_000 }).toBe(12);
      expect(most).toBe(3);
    });

    it('runs so many at the same time over all the labels that it has', async () => {
      const driver = (await opened())();
      let [running, highest, done] = [0, 0, 0];
      const work = async () => {
        running += 1;
        highest = Math.max(highest, running);
        await wait(100);
        running -= 1;
        done += 1;
      };
      driver.take(work, { most: 2, labels: ['eu', 'prod'] });
      const sets = [[], ['eu'], ['prod'], ['eu', 'prod']];
      const wakes = Array.from({ length: 12 }, (_, nth) =>
        aWake({ request: `req_${nth}` as RequestId, runsOn: sets[nth % sets.length] ?? [] }),
      );
      await driver.add(wakes);
      await expect.poll(() => done, { timeout: 10_000 }).toBe(12);
      expect(highest).toBe(2);
    });

    it('gives what asks for labels to nobody who lacks one', async () => {
      const open = await opened();
      const driver = open();
      const { seen, take } = recorder();
      driver.take(take, { most: 5, labels: ['eu', 'prod'] });
      await driver.add([aWake({ request: 'req_us' as RequestId, runsOn: ['prod', 'us'] })]);
      await driver.add([aWake({ request: 'req_eu' as RequestId, runsOn: ['eu', 'prod'] })]);
      await driver.add([aWake({ request: 'req_any' as RequestId })]);
      await expect.poll(() => seen.length, { timeout: 5_000 }).toBe(2);
      await wait(200);
      expect(seen.sort()).toEqual(['req_any', 'req_eu']);
    });

    it('waits at its close for what runs, and starts nothing more', async () => {
      const driver = (await opened())();
      let ended = 0;
      driver.take(
        async () => {
          await wait(300);
          ended += 1;
        },
        { most: 1, labels: [] },
      );
      await driver.add([aWake({ request: 'req_a' as RequestId })]);
      await driver.add([aWake({ request: 'req_b' as RequestId })]);
      await wait(150);
      await driver.close(5_000);
      expect(ended).toBe(1);
      await wait(400);
      expect(ended).toBe(1);
    });

    it('does not wait at its close longer than it is told', async () => {
      const driver = (await opened())();
      driver.take(() => new Promise(() => undefined), { most: 1, labels: [] });
      await driver.add([aWake()]);
      await wait(150);
      const started = performance.now();
      await driver.close(200);
      expect(performance.now() - started).toBeLessThan(4_000);
    });

    it('takes nothing more after its close', async () => {
      const driver = (await opened())();
      await driver.close(100);
      await expect(driver.add([aWake()])).rejects.toThrow();
    });
  });
}
