import { askForToken } from './ask-for-token.ts';
import type { Endpoints } from './endpoints.ts';
import { TokenAnswer } from './schema.ts';
import type { TeamsSettings } from './settings.ts';

/** Asked for again so long before the end, so that none ends on its way. */
const BEFORE_END_MS = 5 * 60_000;
/** App Services say when it ends in another way, and keep tokens that last longer than this. */
const UNKNOWN_S = 10 * 60;

export const CONNECTOR = 'https://api.botframework.com';

/** Our own proof towards Microsoft, for one of its services. It is in memory only. */
export interface TokenSource {
  token(): Promise<string>;
  /** It was not taken: the next one is a new one. */
  drop(): void;
}

export function tokenSource(
  settings: TeamsSettings,
  { token: address }: Endpoints,
  service: string,
  now: () => number,
): TokenSource {
  let held: { readonly token: string; readonly until: number } | null = null;
  let asking: Promise<string> | null = null;

  const ask = async (): Promise<string> => {
    const { status, body } = await askForToken(settings, address, service);
    const read = TokenAnswer.safeParse(body);
    // What it says instead may repeat what it was given.
    if (status !== 200 || !read.success)
      throw new Error(`Microsoft gives no token for ${service}: ${status}`);
    const { access_token: token, expires_in: seconds = UNKNOWN_S } = read.data;
    held = { token, until: now() + Math.max(0, seconds * 1_000 - BEFORE_END_MS) };
    return token;
  };
  return {
    token() {
      if (held !== null && now() < held.until) return Promise.resolve(held.token);
      asking ??= ask().finally(() => {
        asking = null;
      });
      return asking;
    },
    drop() {
      held = null;
    },
  };
}
