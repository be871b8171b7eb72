import { expect, it } from 'vitest';
import { review } from '../connectors/api/world.ts';
import { aKeyturn, decisionOf, hookInput, isBlocked, nthRequest, Seat } from '../connectors/hook/world.ts';
import { GatewayWorld } from '../connectors/mcp/gateway-world.ts';
import { use } from '../connectors/mcp/world.ts';
import { approve } from '../helpers/start-keyturn.ts';

it('row 1: through the gateway, other arguments than the approved ones are held anew', async () => {
  const world = await GatewayWorld.start();
  const client = await world.connect();
  const first = use(client, 'notes__write', { line: 'hello' });
  const request = await nthRequest(world.keyturn);
  const second = use(client, 'notes__write', { line: 'hello', to: 'everybody' });
  const other = await nthRequest(world.keyturn, 2);
  await approve(world.keyturn, 'bob', request);
  expect((await first).isError).toBe(false);
  expect(world.ran()).toEqual([{ name: 'write', arguments: { line: 'hello' } }]);
  await review(world.keyturn, 'bob', other, 'reject', { comment: 'not to everybody' });
  expect((await second).isError).toBe(true);
  expect(world.ran()).toHaveLength(1);
});

it('row 1: through the hook, an approval is for this command in this folder, and for no other', async () => {
  const keyturn = await aKeyturn();
  const seat = new Seat(keyturn.url);
  const asked = (command: string, cwd = '/srv/app') =>
    seat.run(hookInput({ input: { command, description: 'tidy up' }, cwd }), ['--deadline', '2s']);
  expect(isBlocked(await asked('dropdb orders'))).toBe(true);
  await approve(keyturn, 'bob', await nthRequest(keyturn));
  for (const other of [await asked('dropdb orders users'), await asked('dropdb orders', '/srv/other')])
    expect(isBlocked(other)).toBe(true);
  expect(decisionOf(await asked('dropdb orders')).permissionDecision).toBe('allow');
  // And once.
  expect(isBlocked(await asked('dropdb orders'))).toBe(true);
}, 30_000);
