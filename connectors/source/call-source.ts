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

/**
 * One call of a source's API. No redirect is followed, since it would carry the credential along, and no
 * more is read than `mostBytes`. Rejects where there is no answer, and with `SourceBusy` on 429 and 5xx.
 */
export async function callSource(
  url: string,
  { method, headers, body, mostBytes = MOST_BYTES }: SourceCall,
  signal: AbortSignal,
): Promise<SourceAnswer> {
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      'user-agent': 'keyturn',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    redirect: 'error',
    signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await readText(response, mostBytes);
  const { status } = response;
  const header = (name: string) => response.headers.get(name);
  if (status === 429 || status >= 500) throw new SourceBusy(status, retryAfterOf(header('retry-after')));
  return { status, body: parse(text), header };
}

const LONGEST_RETRY_MS = 10 * 60_000;

function retryAfterOf(text: string | null): number {
  const seconds = /^[0-9]{1,6}$/.test(text ?? '') ? Number(text) : 5;
  return Math.min(seconds * 1000, LONGEST_RETRY_MS);
}

async function readText(response: Response, mostBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > mostBytes) throw new RangeError(`the source answers with more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
