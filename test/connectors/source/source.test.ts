import { expect, it } from 'vitest';
import { behavesLikeAConnector } from '../../conformance/connector.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { seeAndApprove } from '../api/world.ts';
import { toySource } from './toy.ts';

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
