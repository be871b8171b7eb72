const MOST_BYTES = 512 * 1024;

export interface Fetched {
  readonly status: number;
  readonly headers: Headers;
  /** Null where the answer is not JSON, or too much of it. */
  readonly body: unknown;
}

/**
 * One HTTP call: no redirect, an end to the waiting, and an end to the reading. A rejection means that
 * nobody knows what became of it.
 */
export async function fetchJson(
  url: string,
  { withinMs, signal, ...init }: RequestInit & { readonly withinMs: number; readonly signal?: AbortSignal },
): Promise<Fetched> {
  const timeout = AbortSignal.timeout(withinMs);
  const answer = await fetch(url, {
    ...init,
    redirect: 'error',
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  });
  const { status, headers } = answer;
  return { status, headers, body: toJson(await readText(answer)) };
}

async function readText(answer: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (size > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toJson(text: string | null): unknown {
  try {
    return text === null || text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
