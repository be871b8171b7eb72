import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { expect, it, onTestFinished } from 'vitest';
import { approve } from '../../helpers/start-keyturn.ts';
import { readLog, review, stateOf } from '../api/world.ts';
import { nthRequest } from '../hook/world.ts';
import { GatewayWorld } from './gateway-world.ts';
import { use } from './world.ts';

const CREDENTIAL = 'Bearer canary-of-the-tickets-0123456789';

/** A server behind the gateway that answers at an address, and only to who brings its credential. */
class Tickets {
  readonly ran: unknown[] = [];
  /** Answers in place of the server. */
  instead: ((response: ServerResponse) => void) | null = null;
  url = '';

  static async start(): Promise<Tickets> {
    const tickets = new Tickets();
    const handler = createMcpHandler(() => tickets.#server());
    const listening = createServer(async (incoming, response) => {
      if (tickets.instead !== null) return tickets.instead(response);
      if (incoming.headers.authorization !== CREDENTIAL) return response.writeHead(401).end();
      const answer = await handler.fetch(await toRequest(incoming, tickets.url));
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    }).listen(0, '127.0.0.1');
    await once(listening, 'listening');
    onTestFinished(() => {
      listening.closeAllConnections();
      listening.close();
    });
    tickets.url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/mcp`;
    return tickets;
  }

  #server(): Server {
    const server = new Server({ name: 'tickets', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', () => ({
      tools: [
        { name: 'close', description: `closes a ticket as ${CREDENTIAL}`, inputSchema: { type: 'object' } },
      ],
    }));
    server.setRequestHandler('tools/call', ({ params }) => {
      this.ran.push(params.arguments);
      return { content: [{ type: 'text', text: `closed with ${CREDENTIAL}` }] };
    });
    return server;
  }
}

async function toRequest(incoming: IncomingMessage, url: string): Promise<Request> {
  const body = await text(incoming);
  const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  return new Request(url, { method: incoming.method ?? 'POST', headers, ...(body === '' ? {} : { body }) });
}

async function world() {
  const tickets = await Tickets.start();
  const gateway = await GatewayWorld.start();
  const entry = { url: tickets.url, headers_env: { Authorization: 'TICKETS_AUTHORIZATION' } };
  gateway.writeServers({ tickets: entry });
  const connect = (env: Record<string, string> = { TICKETS_AUTHORIZATION: CREDENTIAL }) =>
    gateway.connect(undefined, env);
  return { tickets, gateway, keyturn: gateway.keyturn, connect };
}

const INPUT = { ticket: 7 };

it('holds a call to a server over HTTP, and runs it once with the credential that only the gateway has', async () => {
  const { tickets, keyturn, connect } = await world();
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

it('its credential is in no list, answer, request, log or argument', async () => {
  const { keyturn, connect } = await world();
  const client = await connect();
  const listed = JSON.stringify(await client.listTools());
  const call = use(client, 'tickets__close', INPUT);
  const request = await nthRequest(keyturn);
  const seen = (await keyturn.get('alice', `/v1/requests/${request.id}/payload`)).text;
  await review(keyturn, 'bob', request, 'reject', { comment: 'no' });
  const answered = JSON.stringify(await call);
  const { pid } = client.transport as unknown as { readonly pid: number };
  const started = readFileSync(join('/proc', String(pid), 'cmdline'), 'utf8');
  for (const one of [listed, seen, answered, JSON.stringify(await readLog(keyturn)), started])
    expect(one).not.toContain('canary');
});

it('does not start where a variable that it names is not set, and says which', async () => {
  const { connect } = await world();
  await expect(connect({})).rejects.toThrow();
});

it.each<[string, (response: ServerResponse) => void]>([
  ['sends it elsewhere', (response) => response.writeHead(307, { location: 'http://127.0.0.1:9/mcp' }).end()],
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
  const { tickets, keyturn, connect } = await world();
  tickets.instead = instead;
  expect((await use(await connect(), 'tickets__close', INPUT)).text).toContain('is down');
  expect((await keyturn.get('alice', '/v1/requests')).body.items).toEqual([]);
});

it('a server that breaks in the call leaves nobody to say how it ended', async () => {
  const { tickets, keyturn, connect } = await world();
  const client = await connect();
  const call = use(client, 'tickets__close', INPUT);
  const request = await nthRequest(keyturn);
  // The list is asked once more before the call; only the call itself is cut.
  let answers = 0;
  const cut = (response: ServerResponse) => {
    answers += 1;
    response.destroy();
  };
  tickets.instead = cut;
  await approve(keyturn, 'bob', request);
  expect((await call).isError).toBe(true);
  expect(answers).toBeGreaterThan(0);
  expect(tickets.ran).toEqual([]);
});
