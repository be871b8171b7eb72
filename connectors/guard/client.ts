import type { Settings } from './settings.ts';
import { parseJson, type Refusal, readRefusal } from './wire.ts';

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly key?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export type Answer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** `sent` is false only when it is certain that the server never saw the call. */
  | { readonly kind: 'unreachable'; readonly why: string; readonly sent: boolean };

/** Far above any answer of Keyturn's. Something else that answers must not fill the memory. */
const LARGEST_ANSWER = 8 * 1024 * 1024;
const NEVER_CONNECTED = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'no such host'],
  ['EHOSTUNREACH', 'no route to the host'],
  ['ENETUNREACH', 'no route to the host'],
]);

export class Client {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * One attempt. `read` takes the body, and by how much the server's clock is ahead of ours; it says
   * null to what it does not understand.
   */
  async call<T>(call: Call, read: (body: unknown, aheadMs: number) => T | null): Promise<Answer<T>> {
    // Not AbortSignal.any: in Node 20 what it is made of may be collected before it fires.
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(new DOMException('', 'TimeoutError')), call.timeoutMs);
    const leave = (): void => over.abort();
    call.signal?.addEventListener('abort', leave, { once: true });
    if (call.signal?.aborted) leave();
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#settings.url}${call.path}`, {
        method: call.method,
        headers: this.#headers(call),
        // A redirect followed would carry the request to somebody else.
        redirect: 'manual',
        signal: over.signal,
        ...(call.body === undefined ? {} : { body: call.body }),
      });
      text = await readText(response);
    } catch (error) {
      return unreachable(error);
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', leave);
    }
    const body = parseJson(text);
    if (isTrouble(response.status, body)) {
      return { kind: 'unreachable', why: `HTTP ${response.status}`, sent: true };
    }
    if (!response.ok) return { kind: 'refused', refusal: readRefusal(response.status, body) };
    const serverTime = Date.parse(response.headers.get('date') ?? '');
    const value = read(body, Number.isNaN(serverTime) ? 0 : serverTime - Date.now());
    if (value === null) return { kind: 'unreachable', why: 'an answer that is not Keyturn’s', sent: true };
    return { kind: 'answered', value };
  }

  #headers(call: Call): Record<string, string> {
    return {
      authorization: `Bearer ${this.#settings.token}`,
      accept: 'application/json, application/problem+json',
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(call.key === undefined ? {} : { 'idempotency-key': call.key }),
    };
  }
}

/** Whether the same call may succeed a little later: the server, or something before it, is not well. */
function isTrouble(status: number, body: unknown): boolean {
  if (status === 408) return true;
  if (status < 500) return false;
  return readRefusal(status, body).code !== 'DIRECTORY_UNAVAILABLE';
}

function unreachable(error: unknown): Answer<never> {
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } };
  const code = String(cause?.code ?? '');
  const never = NEVER_CONNECTED.get(code);
  if (never !== undefined) return { kind: 'unreachable', why: never, sent: false };
  // Mostly the names of TLS failures, which say what to do.
  const isBreak = code === '' || code === 'ECONNRESET' || code.startsWith('UND_ERR_');
  const why = name === 'TimeoutError' ? 'no answer in time' : isBreak ? 'the connection broke' : code;
  return { kind: 'unreachable', why, sent: true };
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
