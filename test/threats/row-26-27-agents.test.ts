import { expect, it } from 'vitest';
import { aKeyturn, hookInput, isBlocked, Seat } from '../connectors/hook/world.ts';
import { GatewayWorld } from '../connectors/mcp/gateway-world.ts';
import { connect, mcpKeyturn, use } from '../connectors/mcp/world.ts';
import { GROUPS, tokenOf } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

const SPEAKING = /alice|bob|carol|dora|psn_|one-key|two-keys|dba|security|sqlite|\/tmp\/keyturn|at \w+ \(/i;
/** Nobody is left who could decide: the reason is the people of the policy. */
const NOBODY = { groups: { ...GROUPS, dba: ['alice'] } };
const CLIENT = {
  actions: ['mcp.**', 'mcp_unpinned.**', 'tool.*', 'db.*'],
  targets: ['mcp/**', 'laptop/**', 'postgres/**'],
};

it('row 27: the gateway tells its agent no rule, list or person', async () => {
  for (const changes of [NOBODY, { client: { actions: ['x.*'], targets: ['mcp/**'] } }]) {
    const world = new GatewayWorld(await startKeyturn({ client: CLIENT, ...changes }));
    const { isError, text } = await use(await world.connect(), 'notes__write', {});
    expect(isError).toBe(true);
    expect(text).not.toMatch(SPEAKING);
  }
});

it('row 27: the MCP tools tell their agent no rule, list or person', async () => {
  const keyturn = await mcpKeyturn(NOBODY);
  const client = await connect(keyturn, '/mcp');
  const asked = { action: 'db.export', target: 'postgres/prod/orders', reason: 'monthly', payload: { a: 1 } };
  const refused = await use(client, 'request_approval', asked);
  expect(refused.isError).toBe(true);
  expect(refused.text).not.toMatch(SPEAKING);
  const none = await use(client, 'get_request', { request: `req_${'f'.repeat(32)}` });
  expect(none.text).not.toMatch(SPEAKING);
});

it('rows 26 and 27: a hook gives away neither its token nor the policy, also where it fails', async () => {
  const keyturn = await aKeyturn(NOBODY);
  const refused = await new Seat(keyturn.url).run(hookInput());
  const stranger = await new Seat(keyturn.url, 'ktc_nobody_nobody_nobody_1').run(hookInput());
  const away = await new Seat('http://127.0.0.1:9').run(hookInput(), ['--deadline', '2s']);
  for (const ended of [refused, stranger, away]) {
    expect(isBlocked(ended)).toBe(true);
    const said = `${ended.stdout} ${ended.stderr}`;
    expect(said).not.toMatch(SPEAKING);
    for (const token of [tokenOf('agent'), 'ktc_nobody_nobody_nobody_1']) expect(said).not.toContain(token);
  }
}, 30_000);
