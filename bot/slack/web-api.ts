import webApi from '@slack/web-api';
import type { Pace } from './pace.ts';

/** A call that hangs is one that failed; Slack answers in well under a second. */
const ANSWER_WITHIN_MS = 8_000;
const LONGEST_WAIT_MS = 10 * 60_000;

/** What Slack said. `busy`: it, or our own pace, wants us to wait. */
export type Called =
  | {
      readonly ok: true;
      readonly data: Readonly<Record<string, unknown>>;
      readonly scopes: readonly string[];
    }
  | { readonly ok: false; readonly error: string; readonly details: readonly string[] }
  | { readonly ok: false; readonly busyMs: number };

/**
 * The Web API, one call a time and without retries of its own: who calls decides what is worth
 * trying again. A rejection means that nobody knows whether the call was carried out.
 */
export interface SlackApi {
  call(method: string, args: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<Called>;
}

export interface ApiOptions {
  readonly token: string;
  readonly apiUrl: string | null;
  readonly pace: Pace;
}

export function slackApi({ token, apiUrl, pace }: ApiOptions): SlackApi {
  const client = new webApi.WebClient(token, clientOptions(apiUrl));
  return {
    async call(method, args, signal) {
      signal?.throwIfAborted();
      const channel = typeof args['channel'] === 'string' ? args['channel'] : null;
      const wait = pace.take(method, channel);
      if (wait !== null) return { ok: false, busyMs: wait };
      try {
        const answer = await client.apiCall(method, { ...args });
        const data: Readonly<Record<string, unknown>> = { ...answer };
        const id = data['channel'];
        if (channel !== null && method === 'chat.postMessage' && typeof id === 'string')
          pace.learn(channel, id);
        return { ok: true, data, scopes: answer.response_metadata?.scopes ?? [] };
      } catch (cause) {
        const said = readError(cause);
        if (said !== null && 'busyMs' in said) pace.hold(method, channel, said.busyMs);
        if (said !== null) return said;
        throw cause;
      }
    },
  };
}

/** The same for every client that this app makes, also the one inside Socket Mode. */
export function clientOptions(apiUrl: string | null): webApi.WebClientOptions {
  return {
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: ANSWER_WITHIN_MS,
    logger: SILENT,
  };
}

/** Slack's clients log what they send, and that is what a requester wrote. What matters is logged by us. */
export const SILENT: NonNullable<webApi.WebClientOptions['logger']> = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => webApi.LogLevel.ERROR,
  setName: () => {},
};

/** What Slack answered on purpose; null where nobody knows what became of the call. */
function readError(cause: unknown): Called | null {
  if (cause instanceof webApi.WebAPIRateLimitedError)
    return { ok: false, busyMs: Math.min(LONGEST_WAIT_MS, Math.max(1_000, cause.retryAfter * 1_000)) };
  if (!(cause instanceof webApi.WebAPIPlatformError)) return null;
  const { error, response_metadata: more } = cause.data;
  // A page of HTML arrives here as the error's name, and some names are Slack's own trouble.
  if (!/^[a-z0-9_]{1,64}$/.test(error) || OWN_TROUBLE.has(error)) return null;
  if (error === 'ratelimited' || error === 'rate_limited') return { ok: false, busyMs: 5_000 };
  return { ok: false, error, details: more?.messages?.slice(0, 5) ?? [] };
}

const OWN_TROUBLE: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);
