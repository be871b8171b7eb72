import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, it, onTestFinished } from 'vitest';
import { tokenOf } from '../../helpers/rulebook.ts';
import { approve } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import { MINUTE, review, stateOf } from '../api/world.ts';
import { nthRequest } from '../hook/world.ts';
import { GatewayWorld } from './gateway-world.ts';

const BIN = join(import.meta.dirname, '../../../dist/bot/cli/keyturn.js');
const INPUT = { line: 'hello', to: { z: 1, a: [2] } };
const CALL = { name: 'notes__write', arguments: INPUT };

/** The library that most agents of today are built with: the first major version, and its protocol. */
async function connect(world: GatewayWorld): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const env = { PATH: '/usr/bin:/bin', KEYTURN_URL: world.keyturn.url, KEYTURN_TOKEN: tokenOf('agent') };
  const args = [BIN, 'mcp', '--gateway', world.file];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));
  onTestFinished(() => client.close());
  return client;
}

it('an agent with the first SDK is held, hears of progress, and gets the result once it is approved', async () => {
  const world = await GatewayWorld.start();
  const client = await connect(world);
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('notes__write');
  const heard: unknown[] = [];
  const call = client.callTool(CALL, undefined, {
    onprogress: ({ message }) => heard.push(message),
  });
  const request = await nthRequest(world.keyturn);
  expect(world.ran()).toEqual([]);
  await approve(world.keyturn, 'bob', request);
  expect((await call).isError).not.toBe(true);
  expect(heard[0]).toBe('waits for people to decide');
  expect(world.ran()).toEqual([{ name: 'write', arguments: INPUT }]);
  expect(await stateOf(world.keyturn, request)).toBe('succeeded');
});

it('and is told of a rejection as an error, with its reason', async () => {
  const world = await GatewayWorld.start();
  const call = (await connect(world)).callTool(CALL);
  await review(world.keyturn, 'bob', await nthRequest(world.keyturn), 'reject', { comment: 'not today' });
  const { isError, content } = await call;
  expect([isError, JSON.stringify(content)]).toEqual([
    true,
    expect.stringMatching(/not today.*Do not retry/s),
  ]);
  expect(world.ran()).toEqual([]);
});

it('and gets an error for what nobody decided in time', async () => {
  const world = await GatewayWorld.start();
  const call = (await connect(world)).callTool(CALL);
  const request = await nthRequest(world.keyturn);
  world.keyturn.clock.advance(31 * MINUTE);
  const { isError, content } = await call;
  expect([isError, JSON.stringify(content)]).toEqual([true, expect.stringContaining('Nothing was run')]);
  expect([await stateOf(world.keyturn, request), world.ran()]).toEqual(['expired', []]);
});

it('and its equal calls at once, in whichever order their keys come, are one effect with one result', async () => {
  const world = await GatewayWorld.start();
  const client = await connect(world);
  const same = { to: { a: [2], z: 1 }, line: 'hello' };
  const calls = [client.callTool(CALL), client.callTool({ name: 'notes__write', arguments: same })];
  await approve(world.keyturn, 'bob', await nthRequest(world.keyturn));
  const [first, second] = await Promise.all(calls);
  expect(first?.content).toEqual(second?.content);
  expect([first?.isError, second?.isError]).toEqual([false, false]);
  expect(world.ran()).toHaveLength(1);
  expect((await world.keyturn.get('alice', '/v1/requests')).body.items).toHaveLength(1);
});

it.each([
  ['before the call', 'write', []],
  ['in the call', 'hang', [{ name: 'hang', arguments: INPUT }]],
])(
  'and where the gateway is killed after the release, %s, it is not made again, and nobody says how it ended',
  async (_when, name, ran) => {
    const world = await GatewayWorld.start();
    const first = await connect(world);
    const lost = first.callTool({ name: `notes__${name}`, arguments: INPUT }).catch(() => null);
    const request = await nthRequest(world.keyturn);
    // The definition is looked up once more before the call, which holds it there.
    if (ran.length === 0) world.hangLists(true);
    await approve(world.keyturn, 'bob', request);
    await until(async () => ((await stateOf(world.keyturn, request)) === 'executing' ? true : null));
    await until(() => (world.ran().length === ran.length ? true : null));
    process.kill((first.transport as StdioClientTransport).pid as number, 'SIGKILL');
    await lost;
    if (ran.length === 0) world.hangLists(false);
    const again = (await connect(world)).callTool({ name: `notes__${name}`, arguments: INPUT });
    const other = await nthRequest(world.keyturn, 2);
    expect([other.state, world.ran()]).toEqual(['pending', ran]);
    await review(world.keyturn, 'bob', other, 'reject', { comment: 'first see what happened' });
    await again;
    world.keyturn.clock.advance(61 * MINUTE);
    await until(async () => ((await stateOf(world.keyturn, request)) === 'unknown' ? true : null));
    expect(world.ran()).toEqual(ran);
  },
);
