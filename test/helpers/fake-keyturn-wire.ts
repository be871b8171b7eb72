import type { IncomingMessage } from 'node:http';

export interface Problem {
  readonly status: number;
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly unknown[];
}

export type Reply = { readonly status: number; readonly body: unknown };

/** Which call it is. */
export function route(incoming: IncomingMessage): { name: string; id: string; query: URLSearchParams } {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://keyturn');
  const [, id = '', call] = /^\/v1\/requests\/([^/]+)(?:\/([a-z]+))?$/.exec(pathname) ?? [];
  const isSubmit = pathname === '/v1/requests' && incoming.method === 'POST';
  const read = incoming.method === 'GET' ? 'read' : pathname;
  return { name: isSubmit ? 'submit' : id === '' ? pathname : (call ?? read), id, query: searchParams };
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export function refusal({ status, ...problem }: Problem): Reply {
  const type = `urn:keyturn:problem:${problem.code}`;
  return { status, body: { type, title: problem.code, status, ...problem } };
}
