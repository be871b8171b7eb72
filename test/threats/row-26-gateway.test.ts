import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CANARY, GatewayWorld } from '../connectors/mcp/gateway-world.ts';
import { use } from '../connectors/mcp/world.ts';
import { tokenOf } from '../helpers/rulebook.ts';

const STRANGER = 'ktc_nobody_nobody_nobody_1';

it('row 26: the server behind the gateway never gets the token that Keyturn knows the agent by', async () => {
  const world = await GatewayWorld.start();
  const { client } = await world.heard({});
  await client.listTools();
  const { pid } = client.transport as unknown as { readonly pid: number };
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  expect(children).toHaveLength(1);
  const of = (what: string) => readFileSync(`/proc/${children[0]}/${what}`, 'utf8');
  expect(of('environ')).toContain(CANARY);
  expect(of('environ')).not.toContain(tokenOf('agent'));
  expect(of('environ')).not.toContain('KEYTURN_');
  expect(of('cmdline')).not.toContain('canary');
});

it('row 26: a gateway with a token that Keyturn does not know runs nothing, and says the token nowhere', async () => {
  const world = await GatewayWorld.start();
  const { client, stderr } = await world.heard({ KEYTURN_TOKEN: STRANGER });
  const { isError, text } = await use(client, 'notes__write', {});
  expect(isError).toBe(true);
  await client.close();
  expect(`${text} ${stderr()}`).not.toContain(STRANGER);
  expect(world.ran()).toEqual([]);
});

it('row 26: an agent cannot have its own token carried to a server behind the gateway', async () => {
  const world = await GatewayWorld.start();
  const { isError, text } = await use(await world.connect(), 'notes__write', { line: tokenOf('agent') });
  expect([isError, text.includes(tokenOf('agent'))]).toEqual([true, false]);
  expect((await world.keyturn.get('alice', '/v1/requests')).body.items).toEqual([]);
  expect(world.ran()).toEqual([]);
});
