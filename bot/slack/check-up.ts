import { SCOPES, SCOPES_WHILE_LINKING } from './scopes.ts';
import type { SlackSettings } from './settings.ts';

const WITHIN_MS = 8_000;
const SLACK = 'https://slack.com/api/';

/** What Slack says of a token. */
export interface Probed {
  readonly team: string;
  readonly teamId: string;
  readonly bot: string;
  readonly missing: readonly string[];
  readonly superfluous: readonly string[];
  /** How far this clock is from Slack's, in seconds. */
  readonly skewSeconds: number;
}

/** Who we are for Slack, with which rights, and what time it is there. Or Slack's word for why not. */
export async function probeBotToken(
  { botToken, apiUrl }: SlackSettings,
  nowMs: () => number,
): Promise<Probed | string> {
  const answered = await post(apiUrl, 'auth.test', botToken);
  if (typeof answered === 'string') return answered;
  const { body, headers } = answered;
  const scopes = (headers.get('x-oauth-scopes') ?? '').split(/\s*,\s*/).filter((scope) => scope !== '');
  const wanted = Object.keys(SCOPES);
  const theirs = Date.parse(headers.get('date') ?? '');
  return {
    team: String(body['team']),
    teamId: String(body['team_id']),
    bot: String(body['user']),
    missing: wanted.filter((scope) => !scopes.includes(scope)),
    superfluous: scopes.filter((scope) => !wanted.includes(scope) && !SCOPES_WHILE_LINKING.has(scope)),
    skewSeconds: Number.isNaN(theirs) ? 0 : Math.round((nowMs() - theirs) / 1000),
  };
}

/** Null when the app-level token opens a socket, or Slack's word for why not. */
export async function probeAppToken(appToken: string, apiUrl: string | null): Promise<string | null> {
  const answered = await post(apiUrl, 'apps.connections.open', appToken);
  return typeof answered === 'string' ? answered : null;
}

interface Answered {
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

async function post(apiUrl: string | null, method: string, token: string): Promise<Answered | string> {
  try {
    const answer = await fetch(`${apiUrl ?? SLACK}${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    const body = (await answer.json()) as Answered['body'];
    return body['ok'] === true ? { body, headers: answer.headers } : String(body['error']).slice(0, 100);
  } catch {
    return 'no answer';
  }
}
