import { type Caller, isPerson } from '../../bot/app/context.ts';
import type { RefusedCalls } from '../../bot/app/refuse-call.ts';
import { refuse } from '../../bot/core/refusal.ts';
import { type HttpApp, newHttpApp } from '../http/bindings.ts';
import { problem } from '../http/problem.ts';
import { readBody } from '../http/read-body.ts';
import { parseStrictJson } from '../http/strict-json.ts';

export interface McpRoutes {
  readonly authenticate: (authorization: string | undefined) => Caller | null;
  readonly refusedCalls: RefusedCalls;
  /** Where this very server answers. Asked when a call comes, since the port is not known before. */
  readonly url: () => string;
  readonly software: string;
  readonly bodyWithinMs: number;
}

const BEARER = /^Bearer ([\x21-\x7e]{20,200})$/i;

/**
 * `/mcp`: the tools for a client that comes over HTTP, in both eras of the protocol. Each call of a tool
 * is a call of `/v1` with the caller's own token: what the API refuses is refused here.
 */
export function mcpRoutes({ authenticate, refusedCalls, url, software, bodyWithinMs }: McpRoutes): HttpApp {
  const app = newHttpApp();
  app.all('/mcp', async (http) => {
    const { headers, socket } = http.env.incoming;
    const caller = authenticate(headers.authorization);
    const token = BEARER.exec(headers.authorization ?? '')?.[1];
    if (caller === null || token === undefined) {
      await refusedCalls.unauthenticated(socket.remoteAddress ?? 'unknown', 'mcp');
      return problem(refuse('UNAUTHENTICATED'));
    }
    // Who asks cannot be who approves; a person's token in an agent's settings is a mistake.
    if (isPerson(caller)) {
      await refusedCalls.authenticated(caller, 'mcp', 'FORBIDDEN');
      return problem(refuse('FORBIDDEN'));
    }
    if (http.req.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
    const bytes = await readBody(http.env.incoming, bodyWithinMs);
    const parsed = 'ok' in bytes ? bytes : parseStrictJson(bytes);
    if (!parsed.ok) {
      await refusedCalls.authenticated(caller, 'mcp', parsed.code);
      return problem(parsed);
    }
    // Only where it is asked for: a start loads nothing of it.
    const { answerMcp } = await import('./handler.ts');
    const { method, url: address } = http.req.raw;
    const request = new Request(address, {
      method,
      headers: http.req.raw.headers,
      body: JSON.stringify(parsed.value),
    });
    return answerMcp(request, parsed.value, { url: url(), token }, software);
  });
  return app;
}
