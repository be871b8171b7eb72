import type { LookupAddress } from 'node:dns';
import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { AddressRefused, type AddressRule, resolveAllowed } from './addresses.ts';

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Asked once more when the connection stands, before a byte leaves. */
  readonly isLate: () => boolean;
  readonly onBody: (bytes: Uint8Array) => void;
  readonly onHeaders?: (headers: IncomingHttpHeaders) => void;
}

export interface Network {
  readonly addressRule: AddressRule;
  readonly lookup?: ((host: string) => Promise<readonly LookupAddress[]>) | undefined;
}

/** A call without an answer. */
export class CallFailed extends Error {
  /** The other side may have read it. Where false, nothing can have happened there. */
  readonly isSent: boolean;
  /** Trying again would come to the same. */
  readonly isFinal: boolean;

  constructor(message: string, { isSent, isFinal }: { isSent: boolean; isFinal: boolean }) {
    super(message);
    this.name = 'CallFailed';
    this.isSent = isSent;
    this.isFinal = isFinal;
  }
}

class TooLate extends Error {
  constructor() {
    super('was not sent in time; nothing was done');
    this.name = 'TooLate';
  }
}

const MOST_ANSWER_BYTES = 64 * 1024;

/**
 * One HTTP call to an address that was looked at first. No redirects, one connection, a bounded answer.
 * Answers the status; throws `CallFailed`.
 */
export async function call(one: Call, { addressRule, lookup }: Network): Promise<number> {
  const { signal, timeoutMs } = one;
  // One controller, and not AbortSignal.any: in Node 20 what that is made of may be collected first.
  const over = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    over.abort();
  }, timeoutMs);
  const stop = () => over.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await send(one, { addressRule, lookup }, over.signal, () => isLate);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

async function send(
  one: Call,
  { addressRule, lookup }: Network,
  over: AbortSignal,
  isLate: () => boolean,
): Promise<number> {
  const { url, signal, timeoutMs } = one;
  const isStopped = () => signal.aborted;
  if (isStopped()) throw new CallFailed('stopped before it was sent', { isSent: false, isFinal: true });
  const addresses = await unlessAborted(resolveAllowed(url.hostname, addressRule, lookup), over).catch(
    (cause: unknown) => {
      // A name that leads somewhere forbidden is an attack or a mistake; trying again changes neither.
      const isFinal = cause instanceof AddressRefused;
      throw new CallFailed(isFinal ? cause.message : `${url.hostname} was not found`, {
        isSent: false,
        isFinal,
      });
    },
  );
  return new Promise((resolve, reject) => {
    const toRequest = url.protocol === 'https:' ? tlsRequest : plainRequest;
    let isSent = false;
    const request = toRequest(url, {
      method: one.method,
      headers: one.headers,
      signal: over,
      agent: false,
      lookup: pinned(addresses),
    });
    request.once('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        // The last look at where it really goes, and whether it still may: names and handshakes take time.
        if (!addressRule(socket.remoteAddress ?? '')) request.destroy(new AddressRefused(url.hostname));
        else if (one.isLate()) request.destroy(new TooLate());
        else isSent = true;
      });
    });
    request.once('response', (answer) => {
      one.onHeaders?.(answer.headers);
      let left = MOST_ANSWER_BYTES;
      answer.on('data', (chunk: Buffer) => {
        one.onBody(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) answer.destroy();
      });
      // The status has been said already; a body that breaks off changes nothing.
      answer.once('error', () => undefined);
      answer.once('close', () => resolve(answer.statusCode ?? 0));
    });
    request.once('error', (cause: Error) => {
      const isRefused = cause instanceof AddressRefused;
      const why =
        isRefused || cause instanceof TooLate
          ? cause.message
          : isStopped()
            ? 'stopped on request'
            : isLate()
              ? `no answer within ${timeoutMs / 1000} seconds`
              : `the connection failed (${'code' in cause ? String(cause.code) : cause.name})`;
      reject(new CallFailed(why, { isSent, isFinal: isRefused || isStopped() }));
    });
    request.end(one.body ?? undefined);
  });
}

/** Node asks for one address or for all; both times it gets those that were looked at, and no others. */
function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, done) => {
    const [first] = addresses;
    if (options.all === true) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family ?? 4);
  };
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('timed out')), { once: true });
    work.then(resolve, reject);
  });
}
