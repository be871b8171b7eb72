import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Defined, Downstream } from '../../../connectors/mcp/downstream.ts';
import { reachOf } from '../../../connectors/mcp/reach.ts';
import { approve } from '../../helpers/start-keyturn.ts';
import { readLog, review, stateOf } from '../api/world.ts';
import { nthRequest } from '../hook/world.ts';
import { CREDENTIAL, ticketsWorld } from './tickets.ts';
import { holdTime, watch } from './within.ts';
import { use } from './world.ts';

const INPUT = { ticket: 7 };

it('holds a call to a server over HTTP, and runs it once with the credential that only the gateway has', async () => {
  const { tickets, keyturn, connect } = await ticketsWorld();
  const client = await connect();
  const call = use(client, 'tickets__close', INPUT);
  const request = await nthRequest(keyturn);
  expect(request).toMatchObject({ target: { system: 'mcp', environment: 'prod' } });
  expect(tickets.ran).toEqual([]);
  await approve(keyturn, 'bob', request);
  const { isError, text: said } = await call;
  expect([isError, said]).toEqual([false, 'closed with [credential]']);
  expect(tickets.ran).toEqual([INPUT]);
  expect(await stateOf(keyturn, request)).toBe('succeeded');
});

it('its credential is in no list, answer, request, log or argument, and not on stderr', async () => {
  const { gateway, keyturn } = await ticketsWorld();
  const { client, stderr } = await gateway.heard({ TICKETS_AUTHORIZATION: CREDENTIAL });
  const listed = JSON.stringify(await client.listTools());
  expect(listed).toContain('closes a ticket as [credential]');
  const call = use(client, 'tickets__close', INPUT);
  const request = await nthRequest(keyturn);
  const seen = (await keyturn.get('alice', `/v1/requests/${request.id}/payload`)).text;
  await review(keyturn, 'bob', request, 'reject', { comment: 'no' });
  const answered = JSON.stringify(await call);
  const { pid } = client.transport as unknown as { readonly pid: number };
  const started = readFileSync(join('/proc', String(pid), 'cmdline'), 'utf8');
  await client.close();
  for (const one of [listed, seen, answered, JSON.stringify(await readLog(keyturn)), started, stderr()])
    expect(one).not.toContain('canary');
});

it('takes a credential out also where the variable ends with a line, as it does when it is read from a file', async () => {
  const { keyturn, connect } = await ticketsWorld();
  const client = await connect({ TICKETS_AUTHORIZATION: `${CREDENTIAL}\n` });
  const call = use(client, 'tickets__close', INPUT);
  await approve(keyturn, 'bob', await nthRequest(keyturn));
  expect((await call).text).toBe('closed with [credential]');
});

it.each([
  ['is not set', {}],
  ['is empty', { TICKETS_AUTHORIZATION: ' ' }],
  ['no header can carry', { TICKETS_AUTHORIZATION: 'Bearer canary-one\r\nX-Other: canary-two' }],
])('does not start with a variable that %s, says which, and not what it holds', async (_why, env) => {
  const { gateway } = await ticketsWorld();
  const { code, stderr } = await gateway.run(env);
  expect(code).toBe(78);
  expect(stderr).toContain('TICKETS_AUTHORIZATION');
  expect(stderr).not.toContain('canary');
});

it.each<[string, (response: ServerResponse) => void]>([
  ['answers with a fault', (response) => response.writeHead(500).end()],
  ['answers with something else', (response) => response.end('<html>hello</html>')],
  [
    'does not end',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () =>
        !response.destroyed && response.write(`"${'x'.repeat(1 << 20)}`, () => setImmediate(more));
      more();
    },
  ],
])('asks nobody for a server that %s', async (_what, instead) => {
  const { tickets, keyturn, connect } = await ticketsWorld();
  tickets.instead = (response) => {
    instead(response);
    return true;
  };
  expect((await use(await connect(), 'tickets__close', INPUT)).text).toContain('is down');
  expect((await keyturn.get('alice', '/v1/requests')).body.items).toEqual([]);
});

it.each<[string, (response: ServerResponse) => void]>([
  ['breaks', (response) => response.destroy()],
  ['answers with a fault', (response) => response.writeHead(502).end(CREDENTIAL)],
  ['says that the session is gone', (response) => response.writeHead(404).end()],
  // On its own `fetch` makes the same call again.
  ['says that it is the wrong server', (response) => response.writeHead(421).end()],
  ['asks for time', (response) => response.writeHead(503, { 'retry-after': '0' }).end()],
  ['sends it elsewhere', (response) => response.writeHead(307, { location: '/elsewhere' }).end()],
  [
    'wants other rights',
    (response) => response.writeHead(403, { 'www-authenticate': 'Bearer error="insufficient_scope"' }).end(),
  ],
  [
    'answers with something else',
    (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(`{"${CREDENTIAL}`),
  ],
])('a server that %s in the call is called once, and nobody says how it ended', async (_what, instead) => {
  const { tickets, keyturn, connect } = await ticketsWorld();
  let calls = 0;
  tickets.instead = (response, body) => {
    if (!body.includes('"tools/call"')) return false;
    calls += 1;
    instead(response);
    return true;
  };
  const call = use(await connect(), 'tickets__close', INPUT);
  const request = await nthRequest(keyturn);
  await approve(keyturn, 'bob', request);
  const { isError, text } = await call;
  expect([isError, text]).toEqual([true, expect.stringContaining('it may have run')]);
  expect(text).not.toContain('canary');
  expect(calls).toBe(1);
  expect(await stateOf(keyturn, request)).toBe('executing');
});

it('a server that was started anew, and does not know its session, is spoken to again', async () => {
  const { tickets, keyturn, connect } = await ticketsWorld();
  await tickets.startAnewWithSessions();
  const client = await connect();
  expect((await client.listTools()).tools).toHaveLength(1);
  await tickets.startAnewWithSessions();
  const call = use(client, 'tickets__close', INPUT);
  await approve(keyturn, 'bob', await nthRequest(keyturn));
  expect((await call).isError).toBe(false);
  expect(tickets.ran).toEqual([INPUT]);
});

it('a stream that breaks off in the call is listened to again and again, and the call is not made again', async () => {
  const { tickets } = await ticketsWorld();
  const entry = { url: tickets.url, headers_env: { Authorization: 'A' }, pins: {} };
  const downstream = new Downstream(reachOf(entry, { A: CREDENTIAL }), '1');
  onTestFinished(() => downstream.close());
  const defined = (await downstream.tools()).get('close');
  const seen: string[] = [];
  tickets.instead = (response, body) => {
    seen.push(body.includes('"tools/call"') ? 'call' : 'look');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: ${seen.length}\nretry: 10\ndata: \n\n`, () => response.destroy());
    return true;
  };
  const pass = holdTime();
  const call = watch(downstream.call(defined as Defined, {}));
  for (let times = 0; times < 5; times += 1) await pass(1_000);
  await pass(300_000);
  expect(call.end).toContain('Error');
  expect(seen.filter((one) => one === 'call')).toHaveLength(1);
  expect(seen.length).toBeGreaterThan(1);
});
