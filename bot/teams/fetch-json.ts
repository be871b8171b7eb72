const MOST_BYTES = 512 * 1024;

export interface Fetched {
  readonly status: number;
  readonly headers: Headers;
  /** Null where there is nothing, or nothing that can be read. */
  readonly body: unknown;
  /** False for a page of HTML, half an answer, or too much of one. */
  readonly readable: boolean;
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
  return { status, headers, ...toJson(await readText(answer)) };
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

function toJson(text: string | null): Pick<Fetched, 'body' | 'readable'> {
  if (text === null) return { body: null, readable: false };
  try {
    return { body: text === '' ? null : JSON.parse(text), readable: true };
  } catch {
    return { body: null, readable: false };
  }
}
