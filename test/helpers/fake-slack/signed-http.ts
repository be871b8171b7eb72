import { createHmac } from 'node:crypto';
import type { Delivered, Delivery, Wire } from './delivery.ts';
import { TIMES } from './limits.ts';
import { type Fields, isFields } from './shapes.ts';

export interface SignedHttpOptions {
  readonly url: string;
  readonly signingSecret: string;
  readonly now: () => number;
}

/** `v0=` and the HMAC over `v0:timestamp:body`. */
export function sign(secret: string, timestamp: string, body: string | Buffer): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
}

/** What Slack would send, with every header it sets. */
export function signedRequest(
  { kind, payload }: Delivery,
  attempt: number,
  { signingSecret, now }: Omit<SignedHttpOptions, 'url'>,
): { readonly body: string; readonly headers: Record<string, string> } {
  const body = kind === 'event' ? JSON.stringify(payload) : form(kind, payload);
  const timestamp = String(Math.floor(now() / 1000));
  return {
    body,
    headers: {
      'content-type': kind === 'event' ? 'application/json' : 'application/x-www-form-urlencoded',
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': sign(signingSecret, timestamp, body),
      ...(attempt === 0
        ? {}
        : { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': 'http_timeout' }),
    },
  };
}

function form(kind: Delivery['kind'], payload: Fields): string {
  if (kind === 'interaction') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return new URLSearchParams(
    Object.entries(payload).map(([key, value]): [string, string] => [key, String(value)]),
  ).toString();
}

/** Slack's side of HTTP mode. An answer counts within three seconds and only when it is a 200. */
export function signedHttp(options: SignedHttpOptions): Wire {
  return {
    async deliver(delivery, attempt): Promise<Delivered> {
      const { body, headers } = signedRequest(delivery, attempt, options);
      const sent = performance.now();
      try {
        const answer = await fetch(options.url, {
          method: 'POST',
          headers,
          body,
          signal: AbortSignal.timeout(TIMES.ackMs),
        });
        const text = await answer.text();
        const ms = performance.now() - sent;
        return { acked: answer.status === 200, body: readAnswer(text), ms };
      } catch {
        return { acked: false, body: null, ms: performance.now() - sent };
      }
    },
  };
}

function readAnswer(text: string): Fields | null {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : { text };
  } catch {
    return { text };
  }
}
