import { expect, it } from 'vitest';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { DONE, FakeExecutor, submitApproved, untilState } from '../queue/runs/world.ts';
import { actionsRunBy } from './run-world.ts';

/** Kills and freezes at every point are in test/chaos; here it is the clock alone that goes wrong. */

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

it.each([
  ['back an hour', (clock: { step(ms: number): void }) => clock.step(-HOUR)],
  ['forward a day', (clock: { step(ms: number): void }) => clock.step(DAY)],
  ['forward by one lease', (clock: { step(ms: number): void }) => clock.step(31_000)],
])(
  'row 24: a wall clock that goes %s while an action runs does not start it again',
  async (_how, jump) => {
    const executor = new FakeExecutor('idempotent');
    let end = () => {};
    executor.onRun = () =>
      new Promise((resolve) => {
        end = () => resolve(DONE);
      });
    const keyturn = await startKeyturn({ actions: actionsRunBy(executor) });
    const { id } = await submitApproved(keyturn);
    await untilState(keyturn, id, 'executing');
    jump(keyturn.clock);
    // Longer than an offer, a sign of life and a look at what is due.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(executor.jobs).toHaveLength(1);
    end();
    await expect
      .poll(async () => (await keyturn.get('bob', `/v1/requests/${id}`)).body.state, { timeout: 5_000 })
      .toMatch(/succeeded|unknown/);
    expect(executor.jobs).toHaveLength(1);
  },
  30_000,
);

it('row 24: a wall clock that goes back an hour keeps nothing approved that was to lapse', async () => {
  const executor = new FakeExecutor('once');
  const keyturn = await startKeyturn(
    { actions: actionsRunBy(executor) },
    { config: { queue: { driver: 'embedded', concurrency: 0 } } },
  );
  const { id } = await submitApproved(keyturn);
  keyturn.clock.step(-HOUR);
  keyturn.clock.advance(15 * 60_000);
  await untilState(keyturn, id, 'lapsed');
  expect(executor.jobs).toEqual([]);
}, 30_000);
