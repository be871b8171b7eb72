import { chmodSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { HttpApp } from './bindings.ts';

/** A caller that sends headers or a body more slowly than this is not served. */
const HEADERS_WITHIN_MS = 10_000;
const MOST_CONNECTIONS = 5000;

export interface Listening {
  readonly port: number;
  /** Stops taking connections, lets running answers finish, then cuts what is left. */
  close(withinMs: number): Promise<void>;
}

export async function listen(
  app: HttpApp,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = serverOf(app);
  await bound(server, () => server.listen(port, host));
  return { port: (server.address() as AddressInfo).port, close: closing(server) };
}

/**
 * For this machine and this user alone. The directory MUST be private to them and locked: what stands
 * at the path was left by a process that is gone.
 */
export async function listenAt(app: HttpApp, path: string): Promise<Omit<Listening, 'port'>> {
  rmSync(path, { force: true });
  const server = serverOf(app);
  await bound(server, () => server.listen(path));
  chmodSync(path, 0o600);
  return { close: closing(server) };
}

function serverOf(app: HttpApp): ServerType {
  const server: ServerType = createAdaptorServer({ fetch: app.fetch });
  if ('headersTimeout' in server) server.headersTimeout = HEADERS_WITHIN_MS;
  // Bodies have a clock of their own, in read-body.ts, so that a slow one gets an answer.
  if ('requestTimeout' in server) server.requestTimeout = 0;
  if ('keepAliveTimeout' in server) server.keepAliveTimeout = 65_000;
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

function bound(server: ServerType, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => resolve());
    start();
  });
}

function closing(server: ServerType): Listening['close'] {
  return (withinMs) =>
    new Promise((resolve) => {
      const cut = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), withinMs);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      if ('closeIdleConnections' in server) server.closeIdleConnections();
    });
}
