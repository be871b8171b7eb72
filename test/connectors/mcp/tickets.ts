import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  createMcpHandler,
  Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { onTestFinished } from 'vitest';
import { GatewayWorld } from './gateway-world.ts';

export const CREDENTIAL = 'Bearer canary-of-the-tickets-0123456789';

type Serve = (request: Request) => Promise<Response>;

/** A server behind the gateway that answers at an address, and only to who brings its credential. */
class Tickets {
  readonly ran: unknown[] = [];
  /** How often it was called at another path than its own. */
  elsewhere = 0;
  /** Answers in place of the server; false where the server shall. */
  instead: ((response: ServerResponse, body: string) => boolean) | null = null;
  url = '';
  #serve: Serve = () => Promise.reject(new Error('not started'));

  static async start(): Promise<Tickets> {
    const tickets = new Tickets();
    const handler = createMcpHandler(() => tickets.#server());
    tickets.#serve = (request) => handler.fetch(request);
    const listening = createServer(async (incoming, response) => {
      const body = await text(incoming);
      if (incoming.url !== '/mcp') tickets.elsewhere += 1;
      else if (tickets.instead?.(response, body) === true) return;
      if (incoming.headers.authorization !== CREDENTIAL) {
        response.writeHead(401).end();
        return;
      }
      const answer = await tickets.#serve(toRequest(incoming, tickets.url, body));
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

  /** It speaks the older protocol from now on, and has forgotten every session. */
  async startAnewWithSessions(): Promise<void> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      enableJsonResponse: true,
    });
    await this.#server().connect(transport);
    this.#serve = (request) =>
      request.method === 'GET'
        ? Promise.resolve(new Response(null, { status: 405 }))
        : transport.handleRequest(request);
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

function toRequest(incoming: IncomingMessage, url: string, body: string): Request {
  const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  return new Request(url, { method: incoming.method ?? 'POST', headers, ...(body === '' ? {} : { body }) });
}

/** A Keyturn, a gateway in front of the tickets, and the variable that holds their credential. */
export async function ticketsWorld() {
  const tickets = await Tickets.start();
  const gateway = await GatewayWorld.start();
  const entry = { url: tickets.url, headers_env: { Authorization: 'TICKETS_AUTHORIZATION' } };
  gateway.writeServers({ tickets: entry });
  const connect = (env: Record<string, string> = { TICKETS_AUTHORIZATION: CREDENTIAL }) =>
    gateway.connect(undefined, env);
  return { tickets, gateway, keyturn: gateway.keyturn, connect };
}
