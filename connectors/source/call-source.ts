import { onlyOnce } from '../http/only-once.ts';

const MOST_BYTES = 2 * 1024 * 1024;

export interface SourceCall {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly mostBytes?: number;
}

export interface SourceAnswer {
  readonly status: number;
  /** Parsed JSON; null where the body is none. */
  readonly body: unknown;
  readonly header: (name: string) => string | null;
}

/** The source said that we call too often, or is not well. */
export class SourceBusy extends Error {
  readonly retryAfterMs: number;

  constructor(status: number, retryAfterMs: number) {
    super(`the source answers ${status}`);
    this.name = 'SourceBusy';
    this.retryAfterMs = retryAfterMs;
  }
}

/** One call of a source's API, as `fetchSource`, that answers in JSON. */
export async function callSource(url: string, call: SourceCall, signal: AbortSignal): Promise<SourceAnswer> {
  const { status, bytes, header } = await fetchSource(url, call, signal);
  return { status, body: parse(Buffer.from(bytes).toString('utf8')), header };
}

/**
 * One call, sent once. No redirect is followed, since it would carry the credential along: it is an answer
 * like any other. No more is read than `mostBytes`. Rejects where there is no answer, and with `SourceBusy`
 * on 429 and 5xx.
 */
export async function fetchSource(
  url: string,
  { method, headers, body, mostBytes = MOST_BYTES }: SourceCall,
  signal: AbortSignal,
): Promise<Omit<SourceAnswer, 'body'> & { readonly bytes: Uint8Array }> {
  const call = { method, redirect: 'manual', signal } as const;
  const all = { accept: 'application/json', 'user-agent': 'keyturn', ...headers };
  const response = await fetch(
    url,
    body === undefined
      ? { ...call, headers: all }
      : onlyOnce({
          ...call,
          headers: { 'content-type': 'application/json', ...all },
          body: JSON.stringify(body),
        }),
  );
  const bytes = await readBytes(response, mostBytes);
  const { status } = response;
  const header = (name: string) => response.headers.get(name);
  if (status === 429 || status >= 500) throw new SourceBusy(status, retryAfterOf(header('retry-after')));
  return { status, bytes, header };
}

const LONGEST_RETRY_MS = 10 * 60_000;

function retryAfterOf(text: string | null): number {
  const seconds = /^[0-9]{1,6}$/.test(text ?? '') ? Number(text) : 5;
  return Math.min(seconds * 1000, LONGEST_RETRY_MS);
}

async function readBytes(response: Response, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > mostBytes) throw new RangeError(`the source answers with more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
