import { REFUSALS, type Refusal, type RefusalCode, refuse } from '../../bot/core/refusal.ts';

export interface Bot {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
}

/** Far above any answer of the bot's. Something else that answers must not fill the memory. */
const LARGEST_ANSWER = 4 * 1024 * 1024;

export interface Reader<T> {
  safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false };
}

/**
 * One call to the bot: what it says, or its refusal. Throws where nobody answered that is the bot, or
 * the bot cannot now: the same call may do better later.
 */
export async function callBot<T>(
  { url, token }: Bot,
  path: string,
  body: object,
  reader: Reader<T>,
  withinMs: number,
): Promise<{ readonly ok: true; readonly value: T } | Refusal> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    // A redirect followed would carry the token to somebody else.
    redirect: 'manual',
    signal: AbortSignal.timeout(withinMs),
  });
  const said = JSON.parse(await readText(response)) as unknown;
  if (response.ok) {
    const read = reader.safeParse(said);
    if (!read.success) throw new Error('an answer that is not the bot’s');
    return { ok: true, value: read.data };
  }
  if (response.status >= 500 || response.status === 408) throw new Error(`HTTP ${response.status}`);
  return readRefusal(said);
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > LARGEST_ANSWER) throw new RangeError('the answer is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function readRefusal(body: unknown): Refusal {
  const { code, errors } = (body ?? {}) as { readonly code?: unknown; readonly errors?: unknown };
  if (!REFUSALS.includes(code as RefusalCode)) throw new Error('a refusal that is not the bot’s');
  const fields = (Array.isArray(errors) ? errors : []).map((one: unknown) => {
    const { pointer, detail } = (one ?? {}) as { readonly pointer?: unknown; readonly detail?: unknown };
    return { pointer: String(pointer), problem: String(detail) };
  });
  return refuse(code as RefusalCode, fields.length === 0 ? {} : { fields });
}
