import type { EventEndpoint, Sent } from '../../bot/ports/event-endpoint.ts';
import { CallFailed, call, type Network } from '../executors/call.ts';
import { type WebhookSigner, webhookHeaders } from '../executors/standard-webhook.ts';

export interface EndpointWorld extends Network {
  readonly wall: () => number;
  /** How long it may take to answer. */
  readonly withinMs?: number;
}

export interface EndpointSettings extends Pick<EventEndpoint, 'name' | 'types' | 'address'> {
  /** https, or http to a loopback address. */
  readonly url: string;
  /** The newest secret first. */
  readonly signers: readonly WebhookSigner[];
}

/** Standard Webhooks gives receivers 15 to 30 seconds. The relay lets go after 30. */
const ANSWER_WITHIN_MS = 15_000;
/** Statuses by which a server says that it has too much to do. */
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const BUSY_MS = 30_000;
const MOST_QUIET_MS = 60 * 60_000;

/**
 * Posts events to one address of the config, signed per Standard Webhooks. Any 2xx means that it was taken;
 * 410 that nothing more is wanted; everything else, a redirect too, that it was not taken.
 */
export function httpEndpoint(settings: EndpointSettings, world: EndpointWorld): EventEndpoint {
  const { name, types, address, url, signers } = settings;
  return {
    name,
    types,
    address,
    async send({ id, body }, signal): Promise<Sent> {
      const headers = {
        ...webhookHeaders(signers, { id, at: world.wall(), body }),
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'keyturn',
      };
      let retryAfter: string | undefined;
      try {
        const status = await call(
          {
            method: 'POST',
            url: new URL(url),
            headers,
            body,
            timeoutMs: world.withinMs ?? ANSWER_WITHIN_MS,
            signal,
            isLate: () => false,
            onBody: () => undefined,
            onHeaders: (said) => {
              retryAfter = said['retry-after'];
            },
          },
          world,
        );
        return toSent(status, quietMs(status, retryAfter, world.wall()));
      } catch (cause) {
        // Stopping is no failure of the endpoint.
        if (!(cause instanceof CallFailed) || signal.aborted) throw cause;
        return { kind: 'failed', why: cause.message, quietMs: 0 };
      }
    },
  };
}

function toSent(status: number, quiet: number): Sent {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status === 410) return { kind: 'gone' };
  const isRedirect = status >= 300 && status < 400;
  const why = isRedirect ? `HTTP ${status}: redirects are not followed` : `HTTP ${status}`;
  return { kind: 'failed', why, quietMs: quiet };
}

/** What it asks for within reason, in seconds or as a time; a while where it says only that it is busy. */
function quietMs(status: number, retryAfter: string | undefined, now: number): number {
  if (!BUSY.has(status)) return 0;
  const asked = /^\d{1,9}$/.test(retryAfter ?? '')
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter ?? '') - now;
  return asked >= 0 ? Math.min(asked, MOST_QUIET_MS) : BUSY_MS;
}
