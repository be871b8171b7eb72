import { expect, it } from 'vitest';
import { GatewayWorld } from '../connectors/mcp/gateway-world.ts';
import { tokenOf } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';
import { bodies, expectNothingInTheLog, expectUntouched, LIMITS } from './no-vote.ts';

const CLIENT = { actions: ['db.*', 'mcp.**', 'mcp_unpinned.**'], targets: ['postgres/**', 'mcp/**'] };

it('row 7: no tool behind the gateway approves, whatever it is called with', async () => {
  const world = new GatewayWorld(await startKeyturn({ limits: LIMITS, client: CLIENT }));
  const { keyturn } = world;
  const agent = await world.connect();
  const { tools } = await agent.listTools();
  // It has no tool of its own: whatever it shows is another server’s, and is held.
  expect(tools.map(({ name }) => name)).toContain('notes__write');
  expect(tools.filter(({ name }) => !name.startsWith('notes__'))).toEqual([]);
  const { body: held } = await keyturn.post('agent', '/v1/requests', {
    ...{ action: 'db.migrate', reason: 'x', payload: {} },
    target: { system: 'postgres', environment: 'prod', resource: 'orders' },
  });
  for (const { name } of tools) {
    const given = bodies(held) as readonly Record<string, unknown>[];
    const gone = new AbortController();
    const options = { signal: gone.signal };
    const calls = given.map((input) => agent.callTool({ name, arguments: input }, options).catch(() => null));
    // One holds the token of the client itself, and is not sent at all.
    const open = await until(async () => {
      const { items } = (await keyturn.get('alice', '/v1/requests?state=pending')).body;
      return items.length === given.length ? items : null;
    });
    for (const request of open) await expectUntouched(keyturn, request, name);
    gone.abort();
    await Promise.all(calls);
    await until(async () => {
      const { items } = (await keyturn.get('alice', '/v1/requests?state=pending')).body;
      return items.length === 1 ? true : null;
    });
  }
  await expectUntouched(keyturn, held, 'all of them');
  await expectNothingInTheLog(keyturn);
  expect(world.ran()).toEqual([]);
}, 60_000);

it('row 7: the gateway does not start with a person’s token that an agent has found', async () => {
  const world = await GatewayWorld.start();
  const { code, stderr } = await world.run({}, tokenOf('bob'));
  expect(code).toBe(78);
  expect(stderr).toContain('person');
  expect(stderr).not.toContain(tokenOf('bob'));
});
