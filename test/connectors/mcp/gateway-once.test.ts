import type { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, it } from 'vitest';
import { tokenOf } from '../../helpers/rulebook.ts';
import { approve } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import { MINUTE, review, stateOf } from '../api/world.ts';
import { nthRequest } from '../hook/world.ts';
import { GatewayWorld } from './gateway-world.ts';
import { use } from './world.ts';

it.each([
  ['says that a header of the call was wrong', 'mismatch'],
  ['asks for another round', 'again'],
  ['answers with more than 8 MiB', 'flood'],
  ['answers with something else than the protocol, and ends', 'garbage'],
])(
  'a server that %s after the effect is not called again, and nobody says how it ended',
  async (_how, tool) => {
    const world = await GatewayWorld.start();
    const call = use(await world.connect(), `notes__${tool}`, {});
    const request = await nthRequest(world.keyturn);
    await approve(world.keyturn, 'bob', request);
    const { isError, text } = await call;
    expect([isError, text]).toEqual([true, expect.stringMatching(/Do not retry: it may have run/)]);
    expect(text).not.toContain('canary');
    expect(world.ran()).toHaveLength(1);
    expect(await stateOf(world.keyturn, request)).toBe('executing');
  },
);

it('a gateway killed after it took the approval and before it called has called nothing, and nobody says so', async () => {
  const world = await GatewayWorld.start();
  const first = await world.connect();
  const lost = use(first, 'notes__write', {}).catch(() => null);
  const request = await nthRequest(world.keyturn);
  // The definition is looked up once more between the two, which holds it there.
  world.hangLists(true);
  await approve(world.keyturn, 'bob', request);
  await until(async () => ((await stateOf(world.keyturn, request)) === 'executing' ? true : null));
  process.kill((first.transport as StdioClientTransport).pid as number, 'SIGKILL');
  await lost;
  expect(world.ran()).toEqual([]);
  world.hangLists(false);
  const again = use(await world.connect(), 'notes__write', {});
  const other = await nthRequest(world.keyturn, 2);
  expect([other.state, world.ran()]).toEqual(['pending', []]);
  await review(world.keyturn, 'bob', other, 'reject', { comment: 'first see what happened' });
  await again;
  world.keyturn.clock.advance(61 * MINUTE);
  await until(async () => ((await stateOf(world.keyturn, request)) === 'unknown' ? true : null));
  expect(world.ran()).toEqual([]);
});

it('the same call after it has run is held anew', async () => {
  const world = await GatewayWorld.start();
  const client = await world.connect();
  const call = use(client, 'notes__write', {});
  await approve(world.keyturn, 'bob', await nthRequest(world.keyturn));
  expect((await call).isError).toBe(false);
  const replayed = use(client, 'notes__write', {});
  const other = await nthRequest(world.keyturn, 2);
  expect([other.state, world.ran()]).toEqual(['pending', [{ name: 'write', arguments: {} }]]);
  await review(world.keyturn, 'bob', other, 'reject', { comment: 'once is enough' });
  expect((await replayed).isError).toBe(true);
  expect(world.ran()).toHaveLength(1);
});

it('at its deadline it answers with a ticket, and the same call later runs what was approved meanwhile, once', async () => {
  const world = await GatewayWorld.start();
  const { client } = await world.heard({}, ['--deadline', '1s']);
  const late = await use(client, 'notes__write', {});
  const request = await nthRequest(world.keyturn);
  expect([late.isError, late.text]).toEqual([true, expect.stringContaining(`Ticket ${request.id}`)]);
  expect([request.state, world.ran()]).toEqual(['pending', []]);
  await approve(world.keyturn, 'bob', request);
  expect((await use(client, 'notes__write', {})).isError).toBe(false);
  expect(world.ran()).toHaveLength(1);
  expect((await use(client, 'notes__write', {})).text).toContain('Ticket');
  expect(world.ran()).toHaveLength(1);
});

it.each([
  ['--target', 'laptop/prod/alice'],
  ['--action', 'tool.any'],
  ['--on-behalf-of', 'alice'],
  ['--deadline', 'soon'],
])('does not start with %s %s, which would look as if it counted', async (option, value) => {
  const world = await GatewayWorld.start();
  expect((await world.run({}, tokenOf('agent'), [option, value])).code).toBe(78);
});

it('the same call by another client is another request, with its own effect', async () => {
  const world = await GatewayWorld.start();
  const { client: other } = await world.heard({ KEYTURN_TOKEN: tokenOf('ci') });
  const calls = [use(await world.connect(), 'notes__write', {}), use(other, 'notes__write', {})];
  const requests = [await nthRequest(world.keyturn), await nthRequest(world.keyturn, 2)];
  expect(new Set(requests.map(({ requester }) => requester.id))).toEqual(new Set(['agent', 'ci']));
  for (const request of requests) await approve(world.keyturn, 'bob', request);
  expect((await Promise.all(calls)).map(({ isError }) => isError)).toEqual([false, false]);
  expect(world.ran()).toHaveLength(2);
});
