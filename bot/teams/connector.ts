import type { Endpoints } from './endpoints.ts';
import { fetchJson } from './fetch-json.ts';
import type { Pace } from './pace.ts';
import { ConnectorError } from './schema.ts';
import type { TokenSource } from './token.ts';

const ANSWER_WITHIN_MS = 8_000;
const LONGEST_WAIT_MS = 10 * 60_000;
/** Where Teams asks for time and does not say how much. */
const SHORT_WAIT_MS = 5_000;
/** Teams asks to try these again, though they look like our fault. */
const AGAIN: ReadonlySet<number> = new Set([408, 412]);

/** What the Bot Connector said. `busy`: it, or our own pace, wants us to wait. */
export type Called =
  | { readonly ok: true; readonly data: unknown }
  | { readonly ok: false; readonly status: number; readonly code: string }
  | { readonly ok: false; readonly busyMs: number };

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly service: string;
  /** Below `v3/`, each part encoded. */
  readonly path: readonly string[];
  readonly body?: object;
  /** Whose pace it counts against; null for what only looks. */
  readonly conversation: string | null;
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
}

/** It failed, and was certainly not carried out. */
export class NotTaken extends Error {}

/**
 * The Bot Connector's REST interface, one call at a time and without retries of its own. A rejection
 * means that nobody knows whether the call was carried out, where it is not `NotTaken`.
 */
export interface Connector {
  call(call: Call): Promise<Called>;
}

export interface ConnectorParts {
  readonly endpoints: Endpoints;
  /** Null in the playground, which asks for none. */
  readonly tokens: TokenSource | null;
  readonly pace: Pace;
}

export function connector({ endpoints, tokens, pace }: ConnectorParts): Connector {
  return {
    async call({ method, service, path, body, conversation, withinMs = ANSWER_WITHIN_MS, signal }) {
      signal?.throwIfAborted();
      const url = toUrl(service, path);
      // Whoever gets our token can write as the bot, so it goes nowhere else.
      if (url === null || !endpoints.isService(url)) return { ok: false, status: 0, code: 'NotTeams' };
      const wait = conversation === null ? null : pace.take(conversation);
      if (wait !== null) return { ok: false, busyMs: wait };
      const answered = await fetchJson(url.href, {
        method,
        withinMs,
        ...(signal === undefined ? {} : { signal }),
        headers: {
          ...(tokens === null ? {} : { authorization: `Bearer ${await tokens.token()}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const { status, headers } = answered;
      if (status === 429) {
        const busyMs = waitOf(headers.get('retry-after'));
        if (conversation !== null) pace.hold(conversation, busyMs);
        return { ok: false, busyMs };
      }
      if (status === 401) {
        tokens?.drop();
        throw new NotTaken('Teams does not take our token');
      }
      if (status === 503 || AGAIN.has(status)) throw new NotTaken(`Teams is in trouble: ${status}`);
      if (status >= 500) throw new Error(`Teams is in trouble: ${status}`);
      // A page of HTML with a good status is somebody's error page, and nobody knows what was done.
      if (!answered.readable) throw new Error(`Teams answers with something else: ${status}`);
      if (status >= 200 && status < 300) return { ok: true, data: answered.body };
      const said = ConnectorError.safeParse(answered.body);
      return { ok: false, status, code: said.success ? said.data.error.code : 'unknown' };
    },
  };
}

function toUrl(service: string, path: readonly string[]): URL | null {
  const base = service.endsWith('/') ? service : `${service}/`;
  const text = `${base}v3/${path.map(encodeURIComponent).join('/')}`;
  return URL.canParse(text) ? new URL(text) : null;
}

function waitOf(retryAfter: string | null): number {
  const seconds = Number(retryAfter ?? Number.NaN);
  if (!Number.isFinite(seconds) || seconds < 0) return SHORT_WAIT_MS;
  return Math.min(LONGEST_WAIT_MS, Math.max(1_000, seconds * 1_000));
}
