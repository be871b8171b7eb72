import { expect, it } from 'vitest';
import { holdForSource } from '../../../bot/app/hold-for-source.ts';
import { leaveHeld, wordsOn } from '../../../bot/app/release-held.ts';
import { lookAfter } from '../../../connectors/source/look-after.ts';
import { behavesLikeAConnector } from '../../conformance/connector.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import { seeAndApprove } from '../api/world.ts';
import { toHoldOf, toySource } from './toy.ts';

behavesLikeAConnector('toy', () => toySource());

it('whoever wrote what waits there cannot approve it', async () => {
  const toy = await toySource();
  const keyturn = await startKeyturn(
    { source: toy.source, accounts: { 'github:github.com/583231': 'bob' } },
    { ports: { connectors: [toy.connector] } },
  );
  const { body, headers } = await toy.waits('one', { author: 'github:github.com/583231' });
  await fetch(`${keyturn.url}/webhooks/toy`, { method: 'POST', headers, body: Buffer.from(body) });
  const [request] = (await keyturn.get('dora', '/v1/requests')).body.items;
  expect((await seeAndApprove(keyturn, 'bob', request)).body.code).toBe('SELF_REVIEW');
  expect((await seeAndApprove(keyturn, 'dora', request)).status).toBe(200);
  await toy.down();
});

it('the source hears why it was rejected as its client would: cut, and with nothing hidden in it', async () => {
  const toy = await toySource();
  const keyturn = await startKeyturn({ source: toy.source }, { ports: { connectors: [toy.connector] } });
  const { body, headers } = await toy.waits('one');
  await fetch(`${keyturn.url}/webhooks/toy`, { method: 'POST', headers, body: Buffer.from(body) });
  const [{ id, action_digest }] = (await keyturn.get('bob', '/v1/requests')).body.items;
  const comment = `no\u202e${'x'.repeat(1_900)}`;
  const vote = { verdict: 'reject', action_digest, comment };
  expect((await keyturn.post('bob', `/v1/requests/${id}/reviews`, vote)).status).toBe(200);
  const [, told] = await until(() => /^Keyturn request \d+: rejected\. (.*)$/s.exec(toy.comments()[0] ?? ''));
  expect(told).toHaveLength(500);
  expect(told).toMatch(/^no⟦U\+202E[^⟧]*⟧x+$/);
  await toy.down();
});

it('a thing that is held and told of again in other words is not refused, nor let go, nor held twice', async () => {
  const toy = await toySource();
  const keyturn = await startKeyturn({ source: toy.source }, { ports: { connectors: [toy.connector] } });
  const { context } = keyturn.keyturn;
  const hold = toHoldOf(toy.connector, await toy.waits('one'));
  const first = await holdForSource(context, 'toy', hold);
  const other = { ...hold, submission: { ...hold.submission, reason: 'in other words' } };
  const second = await holdForSource(context, 'toy', other);
  expect([first.ok, second.ok]).toEqual([true, true]);
  expect((await keyturn.get('dora', '/v1/requests')).body.items).toHaveLength(1);
  expect(toy.words()).toEqual([]);
  await toy.down();
});

it.each(['gone', 'ticket'] as const)(
  'a heartbeat that ends with %s takes nothing back that was let go meanwhile',
  async (is) => {
    const toy = await toySource({ sweeps: false });
    let request = { id: '', action_digest: '' };
    const heartbeat = async () => {
      await seeAndApprove(keyturn, 'bob', request);
      await until(() => (toy.words().length > 0 ? true : null));
      await until(() =>
        context.store.committed.held('toy', 'toy one')?.status === 'released' ? true : null,
      );
      return is;
    };
    const connector = { ...toy.connector, heartbeat };
    const keyturn = await startKeyturn({ source: toy.source }, { ports: { connectors: [connector] } });
    const { context } = keyturn.keyturn;
    const { body, headers } = await toy.waits('one');
    await fetch(`${keyturn.url}/webhooks/toy`, { method: 'POST', headers, body: Buffer.from(body) });
    request = (await keyturn.get('bob', '/v1/requests')).body.items[0];
    await lookAfter(connector, context, { info: () => {}, warn: () => {}, error: () => {} });
    expect((await keyturn.get('bob', `/v1/requests/${request.id}`)).body.state).toBe('executing');
    expect(context.store.committed.held('toy', 'toy one')?.status).toBe('released');
    await toy.down();
  },
);

it('a thing that leaves its source in the moment of its release keeps what its outcome needs', async () => {
  const toy = await toySource();
  // Nobody brings words here, so that both of the moment are this test's.
  const keyturn = await startKeyturn({ source: toy.source });
  const { context } = keyturn.keyturn;
  await holdForSource(context, 'toy', toHoldOf(toy.connector, await toy.waits('one')));
  const [{ id, action_digest }] = (await keyturn.get('dora', '/v1/requests')).body.items;
  await seeAndApprove(keyturn, 'dora', { id, action_digest });
  const approved = context.store.committed.request(id);
  if (approved === null) throw new Error('nothing is held');
  // In one commit: first the release, then that it left.
  const words = wordsOn(context, approved);
  await new Promise(process.nextTick);
  await leaveHeld(context, { connector: 'toy', subject: 'toy one' }, 'it left');
  expect(await words).toMatchObject([{ verdict: 'approve' }]);
  expect(context.store.committed.held('toy', 'toy one')?.status).toBe('taken');
  await toy.down();
});
