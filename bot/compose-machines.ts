import { type HttpApp, newHttpApp } from '../connectors/http/bindings.ts';
import { mcpRoutes } from '../connectors/mcp/http.ts';
import { tokenRoutes } from '../connectors/oidc/routes.ts';
import { jobVerifier } from '../connectors/oidc/verify.ts';
import type { Caller, Context } from './app/context.ts';
import type { RefusedCalls } from './app/refuse-call.ts';
import type { Logger } from './ports/logger.ts';
import { SOFTWARE } from './software.ts';

interface ForMachines {
  readonly context: Context;
  readonly authenticate: (authorization: string | undefined) => Caller | null;
  readonly refusedCalls: RefusedCalls;
  readonly logger: Logger;
  readonly bodyWithinMs: number;
}

/** Ways in for jobs and agents besides the API. `mcpAt` says where this process answers; null: no `/mcp`. */
export function machineRoutes(shared: ForMachines, mcpAt: (() => string) | null): HttpApp {
  const { context, refusedCalls, logger } = shared;
  const verify = jobVerifier({
    rulebook: () => context.rulebook,
    now: () => context.time.now(),
    onFailure: (cause) => logger.warn('a token of a job was not taken', { why: whyNot(cause) }),
  });
  const app = newHttpApp().route('/', tokenRoutes({ context, verify, refusedCalls }));
  if (mcpAt !== null) app.route('/', mcpRoutes({ ...shared, url: mcpAt, software: SOFTWARE }));
  return app;
}

/** Where this process reaches its own listener. */
export function here(host: string, port: number): string {
  const any = new Map([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '[::1]'],
  ]).get(host);
  return `http://${any ?? (host.includes(':') ? `[${host}]` : host)}:${port}`;
}

/** Of a foreign token: the kind of fault, and no word of the token itself. */
function whyNot(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  return 'code' in cause
    ? `${cause.name} ${String(cause.code)}`
    : `${cause.name}: ${cause.message.slice(0, 200)}`;
}
