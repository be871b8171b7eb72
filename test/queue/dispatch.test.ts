import { expect, it, onTestFinished } from 'vitest';
import { claimAction, finishAction } from '../../bot/app/run-action.ts';
import type { RequestId } from '../../bot/core/request.ts';
import type { QueueDriver, Wake } from '../../bot/ports/queue-driver.ts';
import { startDispatch } from '../../queue/dispatch.ts';
import { rule } from '../helpers/rulebook.ts';
import { aSubmission, startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';
import { actionsWith, FakeExecutor } from './runs/world.ts';

/** A queue that only writes down what it is told. */
class Listener implements QueueDriver {
  readonly told: Wake[] = [];
  isDown = false;
  async add(wakes: readonly Wake[]) {
    if (this.isDown) throw new Error('away');
    this.told.push(...wakes);
  }
  take() {}
  async close() {}
  ids = () => this.told.map(({ request }) => request);
}

const QUIET = { info() {}, warn() {}, error() {} };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A bot without hands, where a rule approves at once; and a dispatch of the test's own. */
async function aBot(more: Parameters<typeof actionsWith>[1] = {}) {
  const allow = rule('all', { match: { action: ['db.migrate'] }, effect: 'allow', when: () => true });
  const keyturn = await startKeyturn(
    {
      rules: [allow],
      actions: actionsWith(new FakeExecutor(), more),
      limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
    },
    { config: { queue: { driver: 'embedded', concurrency: 0 } } },
  );
  const queue = new Listener();
  const start = () => {
    const dispatch = startDispatch(keyturn.keyturn.context, queue, QUIET);
    onTestFinished(() => dispatch.stop());
  };
  return { keyturn, queue, start, context: keyturn.keyturn.context };
}

async function approved(keyturn: TestKeyturn, resource: string): Promise<RequestId> {
  const target = { system: 'postgres', environment: 'prod', resource };
  const payload = { kind: 'sql', n: `${resource} ${Math.random()}` };
  const { status, body } = await keyturn.post('agent', '/v1/requests', aSubmission({ target, payload }));
  expect([status, body.state]).toEqual([201, 'approved']);
  return body.id;
}

const DONE = { status: 'succeeded', exitCode: 0, detail: null, retryable: false } as const;
const finish = (context: Parameters<typeof finishAction>[0], id: RequestId) =>
  finishAction(context, 'w', id, { attempt: 1, ended: DONE, retryInMs: 0, output: null });

it('tells of an approval once, at once, and again only after it may have been lost', async () => {
  const { keyturn, queue, start } = await aBot();
  start();
  const id = await approved(keyturn, 't1');
  await expect.poll(() => queue.ids(), { timeout: 500 }).toEqual([id]);
  await pause(2_200);
  expect(queue.ids()).toEqual([id]);
  await expect.poll(() => queue.ids(), { timeout: 3_000 }).toEqual([id, id]);
}, 15_000);

it('offers of what must not run beside itself the first, and the next when that one ends', async () => {
  const { keyturn, queue, start, context } = await aBot();
  const first = await approved(keyturn, 'same');
  const second = await approved(keyturn, 'same');
  const other = await approved(keyturn, 'another');
  start();
  await expect.poll(() => queue.ids(), { timeout: 500 }).toEqual([first, other]);
  await claimAction(context, 'w', first);
  await pause(100);
  expect(queue.ids()).toEqual([first, other]);
  await finish(context, first);
  await expect.poll(() => queue.ids(), { timeout: 800 }).toEqual([first, other, second]);
});

it.each([
  ['as many of one lane as may run beside each other', { concurrency: 3 }, 3],
  ['no more of one lane than may start within a minute', { concurrency: 10, perMinute: 2 }, 2],
] as const)('offers %s', async (_what, limits, most) => {
  const { keyturn, queue, start } = await aBot(limits);
  const ids = [];
  for (let one = 0; one < 5; one += 1) ids.push(await approved(keyturn, 'same'));
  start();
  await expect.poll(() => queue.ids(), { timeout: 500 }).toEqual(ids.slice(0, most));
  await pause(1_200);
  expect(queue.ids()).toEqual(ids.slice(0, most));
});

it('keeps a long list in the store: the queue holds a part of it, and gets more as that is taken', async () => {
  const { keyturn, queue, start, context } = await aBot();
  const ids = new Set<RequestId>();
  for (let batch = 0; batch < 22; batch += 1) {
    const some = Array.from({ length: 50 }, (_, one) => approved(keyturn, `t${batch}-${one}`));
    for (const id of await Promise.all(some)) ids.add(id);
  }
  start();
  await expect.poll(() => queue.told.length, { timeout: 5_000 }).toBe(1_000);
  await pause(1_500);
  expect(queue.told.length).toBe(1_000);
  for (let taken = 0; taken < queue.told.length && new Set(queue.ids()).size < ids.size; taken += 1)
    await claimAction(context, 'w', queue.ids()[taken] as RequestId);
  await expect.poll(() => new Set(queue.ids()), { timeout: 5_000 }).toEqual(ids);
}, 60_000);

it('offers what a queue that was away did not take, once it is back', async () => {
  const { keyturn, queue, start } = await aBot();
  queue.isDown = true;
  start();
  const ids = [await approved(keyturn, 't1'), await approved(keyturn, 't2')];
  await pause(300);
  queue.isDown = false;
  await expect.poll(() => queue.ids(), { timeout: 2_500 }).toEqual(ids);
});
