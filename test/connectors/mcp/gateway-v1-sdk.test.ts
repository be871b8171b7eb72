import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, it, onTestFinished } from 'vitest';
import { tokenOf } from '../../helpers/rulebook.ts';
import { approve } from '../../helpers/start-keyturn.ts';
import { review, stateOf } from '../api/world.ts';
import { nthRequest } from '../hook/world.ts';
import { GatewayWorld } from './gateway-world.ts';

const BIN = join(import.meta.dirname, '../../../dist/bot/cli/keyturn.js');
const INPUT = { line: 'hello' };

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
  const call = client.callTool({ name: 'notes__write', arguments: INPUT }, undefined, {
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
  const call = (await connect(world)).callTool({ name: 'notes__write', arguments: INPUT });
  await review(world.keyturn, 'bob', await nthRequest(world.keyturn), 'reject', { comment: 'not today' });
  const { isError, content } = await call;
  expect([isError, JSON.stringify(content)]).toEqual([
    true,
    expect.stringMatching(/not today.*Do not retry/s),
  ]);
  expect(world.ran()).toEqual([]);
});
