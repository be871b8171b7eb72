import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it } from 'vitest';
import { approve } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import { MINUTE, readLog, review, stateOf } from '../api/world.ts';
import { nthRequest } from '../hook/world.ts';
import { CANARY, GatewayWorld } from './gateway-world.ts';
import { ERAS, use } from './world.ts';

const INPUT = { line: 'hello', to: { z: 1, a: [2] } };

describe.each(ERAS)('with the official client of %s', (era) => {
  it('holds a call, says so at once, runs what was approved, once, and reports it', async () => {
    const world = await GatewayWorld.start();
    const client = await world.connect(era);
    const heard: unknown[] = [];
    const call = client.callTool(
      { name: 'notes__write', arguments: INPUT },
      { onprogress: (progress) => heard.push(progress.message) },
    );
    const request = await nthRequest(world.keyturn);
    expect(heard).toEqual(['waits for people to decide']);
    expect(world.ran()).toEqual([]);
    const { body } = await world.keyturn.get('alice', `/v1/requests/${request.id}/payload`);
    expect(body.payload).toMatchObject({ server: 'notes', tool: 'write', arguments: INPUT });
    expect(body.payload.definition).toMatchObject({ status: 'new' });
    await approve(world.keyturn, 'bob', request);
    expect((await call).isError).not.toBe(true);
    expect(world.ran()).toEqual([{ name: 'write', arguments: INPUT }]);
    expect(await stateOf(world.keyturn, request)).toBe('succeeded');
  });

  it('answers a rejection as an error with its reason, and runs nothing', async () => {
    const world = await GatewayWorld.start();
    const call = use(await world.connect(era), 'notes__write', INPUT);
    await review(world.keyturn, 'bob', await nthRequest(world.keyturn), 'reject', { comment: 'not today' });
    const { isError, text } = await call;
    expect([isError, text]).toEqual([true, expect.stringMatching(/not today.*Do not retry/s)]);
    expect(world.ran()).toEqual([]);
  });

  it('cancels the request when the caller gives up', async () => {
    const world = await GatewayWorld.start();
    const client = await world.connect(era);
    const gone = new AbortController();
    const call = client.callTool({ name: 'notes__write', arguments: INPUT }, { signal: gone.signal });
    const request = await nthRequest(world.keyturn);
    gone.abort();
    await expect(call).rejects.toThrow();
    await until(async () => ((await stateOf(world.keyturn, request)) === 'cancelled' ? true : null));
    expect(world.ran()).toEqual([]);
  });
});

it('cancels the request when the client closes the connection', async () => {
  const world = await GatewayWorld.start();
  const client = await world.connect();
  const call = use(client, 'notes__write', INPUT).catch(() => null);
  const request = await nthRequest(world.keyturn);
  await client.close();
  await call;
  await until(async () => ((await stateOf(world.keyturn, request)) === 'cancelled' ? true : null));
});

it('a gateway killed while it waits runs nothing, and the same call attaches to the same request', async () => {
  const world = await GatewayWorld.start();
  const first = await world.connect();
  const lost = use(first, 'notes__write', INPUT).catch(() => null);
  const request = await nthRequest(world.keyturn);
  process.kill((first.transport as StdioClientTransport).pid as number, 'SIGKILL');
  await lost;
  const again = use(await world.connect(), 'notes__write', { to: { a: [2], z: 1 }, line: 'hello' });
  await approve(world.keyturn, 'bob', request);
  expect((await again).isError).toBe(false);
  expect(world.ran()).toHaveLength(1);
  expect((await world.keyturn.get('alice', '/v1/requests')).body.items).toHaveLength(1);
});

it('equal calls at once are one request with one effect, and all of them get its result', async () => {
  const world = await GatewayWorld.start();
  const client = await world.connect();
  const same = { to: { a: [2], z: 1 }, line: 'hello' };
  const calls = [use(client, 'notes__write', INPUT), use(client, 'notes__write', same)];
  await approve(world.keyturn, 'bob', await nthRequest(world.keyturn));
  const ends = await Promise.all(calls);
  expect(ends.map(({ isError }) => isError)).toEqual([false, false]);
  expect(world.ran()).toHaveLength(1);
  expect((await world.keyturn.get('alice', '/v1/requests')).body.items).toHaveLength(1);
});

it('one of two that wait may leave, and the other still gets the result; when both left it is cancelled', async () => {
  const world = await GatewayWorld.start();
  const client = await world.connect();
  const ask = (signal: AbortSignal) =>
    client.callTool({ name: 'notes__write', arguments: INPUT }, { signal }).catch(() => null);
  const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
  const [left, stays] = [ask(first.signal), ask(second.signal)];
  const request = await nthRequest(world.keyturn);
  first.abort();
  await left;
  await approve(world.keyturn, 'bob', request);
  expect((await stays)?.isError).not.toBe(true);
  const again = ask(third.signal);
  const other = await nthRequest(world.keyturn, 2);
  third.abort();
  await again;
  await until(async () => ((await stateOf(world.keyturn, other)) === 'cancelled' ? true : null));
  expect(world.ran()).toHaveLength(1);
});

it('a rule lets a pinned definition pass, and holds it again when it changes', async () => {
  const world = await GatewayWorld.start();
  const asked = use(await world.connect(), 'notes__write', INPUT);
  const request = await nthRequest(world.keyturn);
  const { body } = await world.keyturn.get('alice', `/v1/requests/${request.id}/payload`);
  await review(world.keyturn, 'bob', request, 'reject', { comment: 'first pinned' });
  await asked;
  world.write({ write: body.payload.definition.digest });
  const client = await world.connect();
  expect((await use(client, 'notes__write', INPUT)).isError).toBe(false);
  expect(world.ran()).toHaveLength(1);
  world.define('writes a line, and sends it to everybody');
  const held = use(client, 'notes__write', INPUT);
  const second = await until(async () => {
    const { items } = (await world.keyturn.get('alice', '/v1/requests')).body;
    return items.find(({ state }: { state: string }) => state === 'pending') ?? null;
  });
  const changed = (await world.keyturn.get('alice', `/v1/requests/${second.id}/payload`)).body;
  expect(changed.payload.definition.status).toBe('changed');
  world.define('yet another text');
  await approve(world.keyturn, 'bob', second);
  expect((await held).text).toContain('its definition changed');
  expect(world.ran()).toHaveLength(1);
  expect(await stateOf(world.keyturn, second)).toBe('failed');
});

it('never shows the credential of the server behind', async () => {
  const world = await GatewayWorld.start();
  world.define(`knows ${CANARY}`);
  const client = await world.connect();
  const listed = JSON.stringify(await client.listTools());
  const call = client.callTool({ name: 'notes__fail', arguments: {} });
  const request = await nthRequest(world.keyturn);
  await approve(world.keyturn, 'bob', request);
  const result = JSON.stringify(await call);
  expect(result).toContain('[credential]');
  const log = JSON.stringify(await readLog(world.keyturn));
  const seen = JSON.stringify((await world.keyturn.get('alice', `/v1/requests/${request.id}/payload`)).body);
  for (const text of [listed, result, log, seen]) expect(text).not.toContain('canary');
  expect(await stateOf(world.keyturn, request)).toBe('failed');
});

it('runs nothing that nobody decided in time', async () => {
  const world = await GatewayWorld.start();
  const call = use(await world.connect(), 'notes__write', INPUT);
  const request = await nthRequest(world.keyturn);
  world.keyturn.clock.advance(31 * MINUTE);
  expect((await call).isError).toBe(true);
  expect(await stateOf(world.keyturn, request)).toBe('expired');
  expect(world.ran()).toEqual([]);
});

it('a gateway killed in the call never runs it again, and nobody says how it ended', async () => {
  const world = await GatewayWorld.start();
  const first = await world.connect();
  const lost = use(first, 'notes__hang', INPUT).catch(() => null);
  const request = await nthRequest(world.keyturn);
  await approve(world.keyturn, 'bob', request);
  await until(() => (world.ran().length > 0 ? true : null));
  process.kill((first.transport as StdioClientTransport).pid as number, 'SIGKILL');
  await lost;
  expect(await stateOf(world.keyturn, request)).toBe('executing');
  const again = use(await world.connect(), 'notes__hang', INPUT).catch(() => null);
  // The approval is used up: the same call is held anew.
  const other = await nthRequest(world.keyturn, 2);
  expect(other.state).toBe('pending');
  expect(world.ran()).toHaveLength(1);
  await review(world.keyturn, 'bob', other, 'reject', { comment: 'enough' });
  await again;
  world.keyturn.clock.advance(61 * MINUTE);
  await until(async () => ((await stateOf(world.keyturn, request)) === 'unknown' ? true : null));
});

it('says that nobody knows when the server dies in the call, and reports nothing', async () => {
  const world = await GatewayWorld.start();
  const call = use(await world.connect(), 'notes__die', {});
  const request = await nthRequest(world.keyturn);
  await approve(world.keyturn, 'bob', request);
  expect((await call).text).toContain('it may have run');
  expect(world.ran()).toHaveLength(1);
  expect(await stateOf(world.keyturn, request)).toBe('executing');
});

it('asks nobody for a server that is down, a tool that is not there, or a call too large to be shown', async () => {
  const world = await GatewayWorld.start();
  const client = await world.connect();
  const large = await use(client, 'notes__write', { line: 'x'.repeat(300_000) });
  expect(large).toMatchObject({ isError: true, text: expect.stringContaining('256 KiB') });
  for (const name of ['notes__none', 'write', 'other__write'])
    expect((await use(client, name, {})).isError).toBe(true);
  world.write({}, '/nonexistent/server');
  const down = await world.connect();
  expect((await use(down, 'notes__write', {})).text).toContain('is down');
  expect((await world.keyturn.get('alice', '/v1/requests')).body.items).toEqual([]);
  expect(world.ran()).toEqual([]);
});

it('runs nothing while Keyturn is away', async () => {
  const world = await GatewayWorld.start();
  const client = await world.connect();
  await client.listTools();
  await world.keyturn.stop();
  expect((await use(client, 'notes__write', INPUT)).text).toContain('cannot be reached');
  expect(world.ran()).toEqual([]);
}, 30_000);

it('reads the example that the documentation shows', async () => {
  const world = await GatewayWorld.start();
  copyFileSync(join(import.meta.dirname, '../../../connectors/mcp/gateway.example.json'), world.file);
  chmodSync(world.file, 0o600);
  const env = { NOTES_TOKEN: 'a note', TICKETS_AUTHORIZATION: 'Bearer of tickets' };
  const client = await world.connect(undefined, env);
  expect((await client.listTools()).tools).toEqual([]);
});

it('does not start with a file that others can read', async () => {
  const world = await GatewayWorld.start();
  world.write({}, process.execPath, 0o644);
  await expect(world.connect()).rejects.toThrow();
});
