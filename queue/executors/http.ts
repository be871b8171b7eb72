import type { LookupAddress } from 'node:dns';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { canonicalJson } from '../../bot/core/canonical-json.ts';
import { sha256Hex } from '../../bot/core/digest.ts';
import type { Executor, Job, TryEnded } from '../../bot/ports/executor.ts';
import { AddressRefused, type AddressRule, resolveAllowed } from './addresses.ts';
import { webhookHeaders } from './standard-webhook.ts';

export interface HttpSettings {
  /** https, or http to a loopback address. */
  readonly url: string;
  /** Part of what the approvers saw; the rule below is made from them. */
  readonly allowCidrs: readonly string[];
  readonly key: Buffer;
  readonly timeoutMs: number;
  readonly kind: Executor['kind'];
}

export interface HttpWorld {
  readonly wall: () => number;
  readonly addressRule: AddressRule;
  readonly lookup?: (host: string) => Promise<readonly LookupAddress[]>;
}

const MOST_ANSWER_BYTES = 64 * 1024;

/**
 * Posts the released action to a URL of the config, signed per Standard Webhooks; `webhook-id` is the
 * request's id in every try. 2xx is success. Redirects are not followed: where the action goes is what
 * the approvers saw.
 */
export function httpExecutor(settings: HttpSettings, world: HttpWorld): Executor {
  const { url, kind, timeoutMs, allowCidrs } = settings;
  return {
    kind,
    definition: `sha256:${sha256Hex(canonicalJson({ http: { url, allow_cidrs: [...allowCidrs], timeout: timeoutMs }, kind }))}`,
    describe: () => `posts it to ${url}`,
    problems: () => [],
    run: (job) => post(job, settings, world),
  };
}

async function post(job: Job, settings: HttpSettings, world: HttpWorld): Promise<TryEnded> {
  const { kind, timeoutMs } = settings;
  const url = new URL(settings.url);
  if (job.signal.aborted) return failed('stopped before it was sent', false);
  let addresses: readonly LookupAddress[];
  try {
    addresses = await withinTime(resolveAllowed(url.hostname, world.addressRule, world.lookup), timeoutMs);
  } catch (cause) {
    // A name that leads somewhere forbidden is an attack or a mistake; trying again changes neither.
    if (cause instanceof AddressRefused) return failed(cause.message, false);
    return failed(`${url.hostname} was not found`, true);
  }
  const body = canonicalJson({
    type: 'action.released',
    request: job.request,
    attempt: job.attempt,
    action: job.action,
    target: { ...job.target },
    payload: job.payload,
    action_digest: job.actionDigest,
    grant: job.grant as never,
  });
  const headers = {
    ...webhookHeaders(settings.key, { id: job.request, at: world.wall(), body }),
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'idempotency-key': `"${job.request}"`,
    'user-agent': 'keyturn',
  };
  return new Promise((resolve) => {
    const signal = AbortSignal.any([job.signal, AbortSignal.timeout(timeoutMs)]);
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    // Set once the other side may have read the request. Until then it cannot have happened.
    let isSent = false;
    const call = send(url, { method: 'POST', headers, signal, agent: false, lookup: pinned(addresses) });
    call.once('socket', (socket) => {
      const onConnected = () => {
        // The last look at where it really goes, at connect time.
        if (world.addressRule(socket.remoteAddress ?? '')) isSent = true;
        else call.destroy(new AddressRefused(url.hostname));
      };
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', onConnected);
    });
    call.once('response', (answer) => void readAnswer(answer, job, kind).then(resolve));
    call.once('error', (cause: Error) => resolve(toBroken(cause, { isSent, kind, job, timeoutMs })));
    call.end(body);
  });
}

async function readAnswer(answer: IncomingMessage, job: Job, kind: Executor['kind']): Promise<TryEnded> {
  const status = answer.statusCode ?? 0;
  let left = MOST_ANSWER_BYTES;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      job.onOutput(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) break;
    }
  } catch {
    // The status has been said already; a body that breaks off changes nothing.
  }
  answer.destroy();
  if (status >= 200 && status < 300)
    return { status: 'succeeded', exitCode: null, detail: `HTTP ${status}`, retryable: false };
  if (status >= 300 && status < 400) return failed(`HTTP ${status}: redirects are not followed`, false);
  // It was sent. Whatever it answers, only a target that promised to be idempotent is asked again.
  const again = kind === 'idempotent';
  const isLater = status === 408 || status === 425 || status === 429 || status === 503;
  if (status < 500 || isLater) return failed(`HTTP ${status}`, isLater && again);
  return { status: 'unknown', exitCode: null, detail: `HTTP ${status}`, retryable: again };
}

function toBroken(
  cause: Error,
  { isSent, kind, job, timeoutMs }: { isSent: boolean; kind: Executor['kind']; job: Job; timeoutMs: number },
): TryEnded {
  if (cause instanceof AddressRefused) return failed(cause.message, false);
  const why = job.signal.aborted
    ? 'stopped on request'
    : cause.name === 'TimeoutError' || cause.name === 'AbortError'
      ? `no answer within ${timeoutMs / 1000} seconds`
      : `the connection failed (${'code' in cause ? String(cause.code) : cause.name})`;
  if (!isSent) return failed(why, !job.signal.aborted);
  return {
    status: 'unknown',
    exitCode: null,
    detail: why,
    retryable: kind === 'idempotent' && !job.signal.aborted,
  };
}

function failed(detail: string, retryable: boolean): TryEnded {
  return { status: 'failed', exitCode: null, detail, retryable };
}

/** Node asks for one address or for all; both times it gets those that were looked at, and no others. */
function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, done) => {
    const [first] = addresses;
    if (options.all === true) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family ?? 4);
  };
}

function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
