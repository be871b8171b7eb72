import { canonicalJson } from '../../bot/core/canonical-json.ts';
import type { Digest } from '../../bot/core/digest.ts';
import type { Executor, Job, TryEnded } from '../../bot/ports/executor.ts';
import { CallFailed, call, type Network } from './call.ts';
import { sharedSecretSigner, webhookHeaders } from './standard-webhook.ts';

export interface HttpSettings {
  /** https, or http to a loopback address. */
  readonly url: string;
  /** Answers 200 or 404 to `?request=ID`: whether that one happened. Null where nobody can be asked. */
  readonly checkUrl: string | null;
  readonly key: Buffer;
  readonly timeoutMs: number;
  readonly kind: Executor['kind'];
  readonly definition: Digest;
}

export interface HttpWorld extends Network {
  readonly wall: () => number;
}

/**
 * Posts the released action to a URL of the config, signed per Standard Webhooks; `webhook-id` is the
 * request's id in every try. 2xx is success. Redirects are not followed: where the action goes is what
 * the approvers saw.
 */
export function httpExecutor(settings: HttpSettings, world: HttpWorld): Executor {
  const { url, kind, definition, checkUrl } = settings;
  return {
    kind,
    definition,
    secrets: [settings.key.toString('base64')],
    describe: () => `posts it to ${url}`,
    problems: () => [],
    run: (job) => post(job, settings, world),
    ...(checkUrl === null ? {} : { check: (job) => ask(job, checkUrl, settings, world) }),
  };
}

async function post(job: Job, settings: HttpSettings, world: HttpWorld): Promise<TryEnded> {
  const { kind, timeoutMs, key } = settings;
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
    ...webhookHeaders([sharedSecretSigner(key)], { id: job.request, at: world.wall(), body }),
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'idempotency-key': `"${job.request}"`,
    'user-agent': 'keyturn',
  };
  const { signal, isLate, onOutput: onBody } = job;
  try {
    const one = {
      method: 'POST',
      url: new URL(settings.url),
      headers,
      body,
      timeoutMs,
      signal,
      isLate,
      onBody,
    } as const;
    return toEnded(await call(one, world), kind);
  } catch (cause) {
    if (!(cause instanceof CallFailed)) throw cause;
    const { message: detail, isSent, isFinal } = cause;
    if (!isSent) return { status: 'failed', exitCode: null, detail, retryable: !isFinal };
    return { status: 'unknown', exitCode: null, detail, retryable: mayRepeat(kind) && !isFinal };
  }
}

function toEnded(status: number, kind: Executor['kind']): TryEnded {
  const detail = `HTTP ${status}`;
  if (status >= 200 && status < 300) return { status: 'succeeded', exitCode: null, detail, retryable: false };
  if (status >= 300 && status < 400) {
    return {
      status: 'failed',
      exitCode: null,
      detail: `${detail}: redirects are not followed`,
      retryable: false,
    };
  }
  const isLater = status === 408 || status === 425 || status === 429 || status === 503;
  // A proxy says 408 and 503 also of what it has passed on. Where a repeat does no harm that changes nothing.
  const isCertain = status < 500 && status !== 408;
  if (isCertain || (isLater && kind === 'idempotent')) {
    return { status: 'failed', exitCode: null, detail, retryable: isLater && mayRepeat(kind) };
  }
  return { status: 'unknown', exitCode: null, detail, retryable: mayRepeat(kind) };
}

/** It was sent. Only who does no harm the second time, or can be asked first, is called again. */
function mayRepeat(kind: Executor['kind']): boolean {
  return kind !== 'once';
}

async function ask(
  job: Job,
  checkUrl: string,
  { timeoutMs, key }: HttpSettings,
  world: HttpWorld,
): Promise<'happened' | 'did_not_happen' | 'cannot_say'> {
  const url = new URL(checkUrl);
  url.searchParams.set('request', job.request);
  const headers = {
    ...webhookHeaders([sharedSecretSigner(key)], { id: job.request, at: world.wall(), body: '' }),
    'user-agent': 'keyturn',
  };
  try {
    const { signal } = job;
    const status = await call(
      { method: 'GET', url, headers, body: null, timeoutMs, signal, isLate: () => false, onBody: () => {} },
      world,
    );
    return status === 200 ? 'happened' : status === 404 ? 'did_not_happen' : 'cannot_say';
  } catch (cause) {
    if (cause instanceof CallFailed) return 'cannot_say';
    throw cause;
  }
}
