import { expect, it, onTestFinished } from 'vitest';
import { holdForSource, type ToHold } from '../../../bot/app/hold-for-source.ts';
import { SourceBusy } from '../../../connectors/source/call-source.ts';
import type { Connector } from '../../../connectors/source/connector.ts';
import { lookAfter } from '../../../connectors/source/look-after.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import { seeAndApprove } from '../api/world.ts';
import { toHoldOf, toySource } from './toy.ts';

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };

type Toy = Awaited<ReturnType<typeof toySource>>;
type Source = Toy['source'];
type Signed = Awaited<ReturnType<Toy['waits']>>;

async function world(
  changes: (source: Source) => object = (source) => ({ source }),
  more: Partial<Connector> = {},
) {
  const toy = await toySource({ sweeps: false });
  onTestFinished(() => toy.down());
  const connector = { ...toy.connector, ...more };
  const keyturn = await startKeyturn(changes(toy.source), { ports: { connectors: [connector] } });
  const { context } = keyturn.keyturn;
  return {
    toy,
    connector,
    keyturn,
    context,
    async post(signed: Signed | null) {
      const { body, headers } = signed ?? { body: '', headers: {} };
      const answer = await fetch(`${keyturn.url}/webhooks/toy`, {
        method: 'POST',
        headers,
        body: Buffer.from(body),
      });
      return { status: answer.status, ...((await answer.json()) as { code?: string }) };
    },
    requests: async () => (await keyturn.get('dora', '/v1/requests')).body.items,
    statusOf: (name: string) => context.store.committed.held('toy', `toy ${name}`)?.status ?? null,
    look: () => lookAfter(connector, context, QUIET),
  };
}

it('what two clients could hold is nobody’s: it is refused, and its source is told no', async () => {
  const { toy, post, requests } = await world((source) => ({ client: { source } }));
  const answer = await post(await toy.waits('one'));
  expect(answer).toMatchObject({ status: 403, code: 'ACTION_NOT_ALLOWED' });
  expect(await requests()).toEqual([]);
  expect(toy.words()).toEqual([{ name: 'one', verdict: 'reject' }]);
});

it('a client of another source holds nothing here, whatever its claims', async () => {
  const { toy, post, requests } = await world((source) => ({ source: { ...source, connector: 'other' } }));
  expect((await post(await toy.waits('one'))).status).toBe(403);
  expect(await requests()).toEqual([]);
});

it('of two tellings of one thing at once, the first is what is held', async () => {
  const { toy, context, connector } = await world();
  const hold = toHoldOf(connector, await toy.waits('one'));
  const told = (nth: number): ToHold => ({ ...hold, ref: { name: 'one', nth } });
  const [first, second] = await Promise.all([1, 2].map((nth) => holdForSource(context, 'toy', told(nth))));
  expect([first, second]).toMatchObject([
    { ok: true, created: true },
    { ok: true, created: false },
  ]);
  expect(JSON.parse(context.store.committed.held('toy', 'toy one')?.ref ?? '')).toEqual({
    name: 'one',
    nth: 1,
  });
});

it.each([
  ['a subject', (hold: ToHold): ToHold => ({ ...hold, subject: 'x'.repeat(201) })],
  ['an asker', (hold: ToHold): ToHold => ({ ...hold, asker: 'x'.repeat(201) })],
  ['a way back', (hold: ToHold): ToHold => ({ ...hold, ref: { name: 'x'.repeat(8 * 1024) } })],
])('holds nothing with %s beyond its bound', async (_what, over) => {
  const { toy, context, connector, requests } = await world();
  const hold = toHoldOf(connector, await toy.waits('one'));
  await expect(holdForSource(context, 'toy', over(hold))).rejects.toThrow('more than it may');
  expect(await requests()).toEqual([]);
});

it('what was told no for now and comes again is held again, and let go once', async () => {
  let is: 'ticket' | 'held' = 'ticket';
  const { toy, keyturn, post, requests, statusOf, look } = await world(undefined, {
    heartbeat: async () => is,
  });
  await post(await toy.waits('one'));
  await look();
  expect(statusOf('one')).toBe('over');
  is = 'held';
  await post(await toy.waits('one'));
  expect(statusOf('one')).toBe('held');
  expect(await requests()).toHaveLength(1);
  await seeAndApprove(keyturn, 'dora', (await requests())[0]);
  await until(() => (toy.words().length > 0 ? true : null));
  expect(toy.words()).toEqual([{ name: 'one', verdict: 'approve' }]);
});

it('what the source says of a thing that a person has settled is kept as evidence, and changes nothing', async () => {
  const { toy, keyturn, post, requests, statusOf } = await world();
  await post(await toy.waits('one'));
  const [request] = await requests();
  await seeAndApprove(keyturn, 'dora', request);
  await until(() => (statusOf('one') === 'released' ? true : null));
  keyturn.clock.advance(25 * 60 * 60_000);
  await until(async () => ((await requests())[0].state === 'unknown' ? true : null));
  const settled = { status: 'succeeded', comment: 'it is up' };
  expect((await keyturn.post('dora', `/v1/requests/${request.id}/settle`, settled)).status).toBe(200);
  await post(await toy.ends('one'));
  const { state, execution } = (await keyturn.get('dora', `/v1/requests/${request.id}`)).body;
  expect([state, execution.late_reports.length, statusOf('one')]).toEqual(['succeeded', 1, 'over']);
});

it('what is held already is not asked about again at each sweep', async () => {
  let asked = 0;
  const { toy, post, look, requests, connector } = await world(undefined, {
    enrich: async (hold) => {
      asked += 1;
      return hold;
    },
    reconcile: async () => waiting,
  });
  const signed = await toy.waits('one');
  const waiting = [toHoldOf(connector, signed)];
  await post(signed);
  await look();
  await look();
  expect(asked).toBe(1);
  expect(await requests()).toHaveLength(1);
});

it('no heartbeat goes out for what was let go while others were told', async () => {
  const beats: string[] = [];
  let approveTwo = async (): Promise<void> => undefined;
  const { toy, keyturn, post, look, requests, statusOf } = await world(undefined, {
    heartbeat: async ({ subject }) => {
      beats.push(subject);
      await approveTwo();
      return 'held';
    },
  });
  await post(await toy.waits('one'));
  await post(await toy.waits('two'));
  approveTwo = async () => {
    const two = (await requests()).find(({ reason }: { reason: string }) => reason.endsWith('two'));
    await seeAndApprove(keyturn, 'dora', two);
    await until(() => (statusOf('two') === 'held' ? null : true));
  };
  await look();
  expect(beats).toEqual(['toy one']);
});

it('of two things that one approval is about, one is let go, and the other is told no while it runs', async () => {
  const { toy, keyturn, context, connector, requests } = await world();
  const hold = toHoldOf(connector, await toy.waits('one'));
  await toy.waits('two');
  for (const name of ['one', 'two']) {
    await holdForSource(context, 'toy', { ...hold, subject: `toy ${name}`, ref: { name } });
    keyturn.clock.advance(1_000);
  }
  const [request, ...others] = await requests();
  expect(others).toEqual([]);
  await seeAndApprove(keyturn, 'dora', request);
  await until(() => (toy.words().length === 2 ? true : null));
  expect(toy.words()).toEqual([
    { name: 'two', verdict: 'approve' },
    { name: 'one', verdict: 'reject' },
  ]);
  expect((await requests())[0].state).toBe('executing');
});

it('a source that asks for time is not called before it is over', async () => {
  let calls = 0;
  const { toy, keyturn, post, requests } = await world(undefined, {
    release: async () => {
      calls += 1;
      if (calls === 1) throw new SourceBusy(429, 60_000);
      return { is: 'told' };
    },
  });
  await post(await toy.waits('one'));
  await seeAndApprove(keyturn, 'dora', (await requests())[0]);
  await until(() => (calls === 1 ? true : null));
  await new Promise(setImmediate);
  keyturn.clock.advance(50_000);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(calls).toBe(1);
  keyturn.clock.advance(10_001);
  await until(() => (calls === 2 ? true : null));
});

it('a source that takes no word for a week is given up, on record', async () => {
  const { toy, keyturn, context, post, requests } = await world();
  await post(await toy.waits('one'));
  const [request] = await requests();
  await toy.down();
  const vote = { verdict: 'reject', action_digest: request.action_digest, comment: 'not today' };
  expect((await keyturn.post('dora', `/v1/requests/${request.id}/reviews`, vote)).status).toBe(200);
  const failures = () => context.store.committed.entriesOf(request.id, -1, 99).filter(isFailure);
  for (let day = 1; day <= 6; day += 1) {
    keyturn.clock.advance(24 * 60 * 60_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  expect(failures()).toEqual([]);
  keyturn.clock.advance(2 * 24 * 60 * 60_000);
  await until(() => (failures().length > 0 ? true : null));
});

function isFailure({ type }: { readonly type: string }): boolean {
  return type === 'notification.failed';
}
