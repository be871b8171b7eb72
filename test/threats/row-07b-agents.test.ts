import { expect, it } from 'vitest';
import { aKeyturn, hookInput, isBlocked, Seat } from '../connectors/hook/world.ts';
import { GatewayWorld } from '../connectors/mcp/gateway-world.ts';
import { use } from '../connectors/mcp/world.ts';
import { rule } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

it('row 7b: a tool that calls itself harmless is held like every other', async () => {
  // Its server says `readOnlyHint: true` of each of its tools.
  const client = { actions: ['mcp.**', 'mcp_unpinned.**'], targets: ['mcp/**'] };
  const rules = [rule('nobody', { effect: 'deny', tell: 'not here' })];
  const world = new GatewayWorld(await startKeyturn({ client, rules }));
  expect((await use(await world.connect(), 'notes__write', {})).isError).toBe(true);
  expect(world.ran()).toEqual([]);
});

it('row 7b: a server or tool that is not on the client’s lists is refused, whatever it is called', async () => {
  const client = { actions: ['mcp.other.*'], targets: ['mcp/**'] };
  const world = new GatewayWorld(await startKeyturn({ client }));
  expect((await use(await world.connect(), 'notes__write', {})).isError).toBe(true);
  expect((await world.keyturn.get('carol', '/v1/requests')).body.items).toEqual([]);
  expect(world.ran()).toEqual([]);
});

it('row 7b: a tool of an agent that is not on the client’s lists is blocked', async () => {
  const keyturn = await aKeyturn({ client: { actions: ['tool.read'], targets: ['laptop/**'] } });
  const ended = await new Seat(keyturn.url).run(hookInput());
  expect(isBlocked(ended)).toBe(true);
  expect((await keyturn.get('carol', '/v1/requests')).body.items).toEqual([]);
}, 30_000);
