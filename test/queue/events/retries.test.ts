import { expect, it } from 'vitest';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import { status, type WebhookTarget, webhookTarget } from '../../helpers/webhook-target.ts';
import { drained, endpointAt, givenUp, startTelling, submit, told, waiting } from './world.ts';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
/** The table of the specification: what passes before each try after the first. */
const SCHEDULE = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** Longer than the relay takes to look again. */
const LOOKS = 600;
const settle = () => new Promise((resolve) => setTimeout(resolve, LOOKS));

/** What `/readyz` says of endpoints. */
async function warnings(keyturn: TestKeyturn): Promise<readonly string[]> {
  const { body } = await keyturn.get('agent', '/readyz');
  expect(body.status).toBe('ready');
  return (body.warnings ?? []).filter((text: string) => text.includes('endpoint'));
}

async function tries(keyturn: TestKeyturn, target: WebhookTarget, count: number) {
  await told(target, count);
  // Its failure is stored before the next one can be due.
  await until(
    () => (waiting(keyturn)[0]?.attempts === count ? true : null),
    () => waiting(keyturn),
  );
}

it('tries ten times over three days as the specification says, and then puts on record that it gave up', async () => {
  const target = await webhookTarget(status(500));
  const keyturn = await startTelling(endpointAt(target.url));
  await submit(keyturn, 'SELECT 1');
  await tries(keyturn, target, 1);
  const seq = target.posts[0]?.json.data.entry.seq;
  const itsTries = () => target.posts.filter(({ json }) => json.data.entry.seq === seq);
  for (const [index, wait] of SCHEDULE.entries()) {
    // Not a moment before it is time, and at most a tenth late. The expiry on the way is an event of its own.
    keyturn.clock.advance(wait - 1);
    if (index === 1) {
      await settle();
      expect(itsTries()).toHaveLength(2);
    }
    keyturn.clock.advance(wait / 10 + 1);
    await until(
      () => (itsTries().length === index + 2 ? true : null),
      () => [index, target.posts.length, waiting(keyturn)],
    );
    // Its failure is stored before time goes on, or the next wait would begin too late.
    await until(() => {
      const row = waiting(keyturn).find(({ notice }) => 'seq' in notice && notice.seq === seq);
      return row === undefined || row.attempts === index + 2 ? true : null;
    });
  }
  const failed = await until(() => givenUp(keyturn));
  expect(failed).toEqual({
    place: 'event:billing',
    why: `the event of entry ${seq} was not taken in 10 tries: HTTP 500`,
  });
  expect(new Set(itsTries().map(({ body }) => body)).size).toBe(1);
}, 60_000);

it('leaves an endpoint alone for as long as it asks, and everything for it waits', async () => {
  const target = await webhookTarget(status(429, { 'retry-after': '120' }));
  const keyturn = await startTelling(endpointAt(target.url));
  await submit(keyturn, 'SELECT 1');
  await told(target, 1);
  await submit(keyturn, 'SELECT 2');
  keyturn.clock.advance(60_000);
  await settle();
  expect(target.posts).toHaveLength(1);
  target.answer = status(200);
  // The quiet is measured on the wall of the endpoint's clock, and kept by Keyturn's.
  keyturn.clock.advance(61_000);
  await drained(keyturn);
  expect(target.posts).toHaveLength(3);
});

it('gives up what is older than all its tries while an endpoint takes nothing, without trying it', async () => {
  const target = await webhookTarget(status(500));
  const keyturn = await startTelling(endpointAt(target.url));
  for (const name of ['a', 'b', 'c']) await submit(keyturn, `SELECT ${name}`);
  await told(target, 3);
  target.answer = () => undefined;
  await submit(keyturn, 'SELECT d');
  await until(() => (target.posts.length === 4 ? true : null));
  // It hangs, and one more comes behind it that is never tried before it is too old.
  const late = await submit(keyturn, 'SELECT e');
  keyturn.clock.advance(100 * HOUR);
  await until(
    () =>
      givenUp(keyturn)?.why === `the event of entry ${late.audit_seq} was not taken in 0 tries` ? true : null,
    () => [givenUp(keyturn), target.posts.length],
  );
}, 30_000);

it('tries what is old all the same when it was Keyturn that was away', async () => {
  const target = await webhookTarget(status(500));
  const keyturn = await startTelling(endpointAt(target.url));
  await submit(keyturn, 'SELECT 1');
  await tries(keyturn, target, 1);
  await keyturn.stop();
  keyturn.clock.advance(200 * HOUR);
  target.answer = status(200);
  const again = await keyturn.restart();
  await drained(again);
  expect(target.posts.map(({ body }) => body).slice(1)).toContain(target.posts[0]?.body);
  expect(givenUp(again)).toBe(null);
});

it('disables an endpoint that answers 410, says so, and drops what waits for it, also after a restart', async () => {
  const [gone, works] = [await webhookTarget(), await webhookTarget()];
  const endpoints = [endpointAt(gone.url, { name: 'gone' }), endpointAt(works.url, { name: 'works' })];
  const keyturn = await startTelling(...endpoints);
  await submit(keyturn, 'SELECT 1');
  await told(gone, 1);
  gone.answer = status(410);
  const second = await submit(keyturn, 'SELECT 2');
  await told(gone, 2);
  expect(await until(() => givenUp(keyturn))).toEqual({
    place: 'event:gone',
    why: `gone answered 410 to the event of entry ${second.audit_seq}: it is disabled, and what waits for it is dropped`,
  });
  gone.answer = status(200);
  await submit(keyturn, 'SELECT 3');
  await drained(keyturn);
  const again = await keyturn.restart();
  await submit(again, 'SELECT 4');
  await told(works, 4);
  await drained(again);
  expect(gone.posts).toHaveLength(2);
  expect(await warnings(again)).toEqual([
    'an endpoint of events answered 410 and is disabled: the log names it',
  ]);
});

it('tells an endpoint that was disabled again once it has another address', async () => {
  const [old, next] = [await webhookTarget(status(410)), await webhookTarget()];
  const keyturn = await startTelling(endpointAt(old.url));
  await submit(keyturn, 'SELECT 1');
  await until(() => givenUp(keyturn));
  await keyturn.stop();
  const dir = keyturn.dataDir.replace(/\/data$/, '');
  const again = await startKeyturn(
    {},
    { dir, clock: keyturn.clock, ports: { endpoints: [endpointAt(next.url)] } },
  );
  await submit(again, 'SELECT 2');
  await told(next, 1);
  expect(await warnings(again)).toEqual([]);
});

it('warns of an endpoint that takes nothing, until it takes something', async () => {
  const target = await webhookTarget(status(500));
  const keyturn = await startTelling(endpointAt(target.url));
  for (const name of ['a', 'b', 'c']) await submit(keyturn, `SELECT ${name}`);
  await told(target, 3);
  await until(
    async () => ((await warnings(keyturn)).length === 1 ? true : null),
    () => warnings(keyturn),
  );
  expect(await warnings(keyturn)).toEqual([
    'an endpoint of events takes nothing: the log of the process names it',
  ]);
  target.answer = status(200);
  keyturn.clock.advance(6_000);
  await drained(keyturn);
  expect(await warnings(keyturn)).toEqual([]);
});

it('drops what waits for an endpoint that is no longer configured', async () => {
  const target = await webhookTarget(status(500));
  const keyturn = await startTelling(endpointAt(target.url));
  await submit(keyturn, 'SELECT 1');
  await tries(keyturn, target, 1);
  await keyturn.stop();
  const dir = keyturn.dataDir.replace(/\/data$/, '');
  const again = await startKeyturn({}, { dir, clock: keyturn.clock });
  again.clock.advance(6_000);
  await drained(again);
  expect(givenUp(again)).toBe(null);
});
