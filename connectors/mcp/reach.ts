import { StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { onlyOnce } from '../http/only-once.ts';
import type { DownstreamEntry } from './schema-gateway.ts';

/** How a server behind the gateway is reached, with what it is given. */
export interface Reach {
  /** A new connection. Its process is started, or its address is called, when it is used. */
  readonly open: () => Transport;
  /** Values that the agent must not see, also where the server says them itself. */
  readonly secrets: readonly string[];
}

const LARGEST_MESSAGE = 8 * 1024 * 1024;

/** Throws an `UnusableVariable` where the gateway's own environment does not hold what the file needs. */
export function reachOf(entry: DownstreamEntry, environment: NodeJS.ProcessEnv): Reach {
  return 'url' in entry ? overHttp(entry, environment) : onStdio(entry, environment);
}

/** Says which variable, and never what it holds. */
export class UnusableVariable extends Error {
  constructor(variable: string, why: string) {
    super(`${variable}, which ${why}`);
    this.name = 'UnusableVariable';
  }
}

function onStdio(
  { command, args, env, env_from }: Extract<DownstreamEntry, { command: string }>,
  environment: NodeJS.ProcessEnv,
): Reach {
  const given = { ...env, ...valuesOf(env_from, environment) };
  // Its stderr may hold anything, also what it was given.
  const limits = { stderr: 'ignore', maxBufferSize: LARGEST_MESSAGE } as const;
  return {
    open: () => new StdioClientTransport({ command, args, env: given, ...limits }),
    secrets: Object.values(given).flatMap(secretsIn),
  };
}

function overHttp(
  { url, headers_env }: Extract<DownstreamEntry, { url: string }>,
  environment: NodeJS.ProcessEnv,
): Reach {
  const headers = valuesOf(headers_env, environment);
  for (const [name, value] of Object.entries(headers)) {
    // The library's own error would quote it, and would come with the first call.
    if (!isHeader(name, value)) throw new UnusableVariable(headers_env[name] ?? '', 'no header can carry');
  }
  return {
    open: () =>
      new StreamableHTTPClientTransport(new URL(url), {
        requestInit: { headers },
        fetch: boundedFetch,
      }),
    secrets: Object.values(headers).flatMap(secretsIn),
  };
}

function valuesOf(
  named: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(named).map(([name, variable]) => {
      const value = environment[variable] ?? '';
      if (value.trim() === '') throw new UnusableVariable(variable, 'is not set');
      return [name, value];
    }),
  );
}

function isHeader(name: string, value: string): boolean {
  try {
    return new Headers([[name, value]]).has(name);
  } catch {
    return false;
  }
}

/**
 * A value from a file ends with a line's end, which is not sent; and the token of `Bearer TOKEN` is a
 * secret without its scheme too. The longest comes first.
 */
function secretsIn(value: string): readonly string[] {
  const sent = value.trim();
  const [, token] = /^[A-Za-z]+ +(.+)$/s.exec(sent) ?? [];
  return [value, sent, ...(token === undefined ? [] : [token])];
}

/** One call, sent once. An answer that does not end must not fill the memory. */
async function boundedFetch(url: string | URL, given: RequestInit = {}): Promise<Response> {
  const init = { ...given, redirect: 'manual' } as const;
  const { body } = init;
  const response = await fetch(url, typeof body === 'string' ? onlyOnce({ ...init, body }) : init);
  if (response.status >= 300 && response.status < 400) {
    // Not even given back: the library would follow it on the same host, with the credential.
    await response.body?.cancel();
    throw new TypeError('the server sends us elsewhere');
  }
  if (response.body === null) return response;
  let size = 0;
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > LARGEST_MESSAGE) controller.error(new RangeError('the answer is too large'));
      else controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(bound), { status, statusText, headers });
}
