import type { JWK } from 'jose';
import type { Endpoints } from './endpoints.ts';
import { fetchJson } from './fetch-json.ts';
import { JwksDocument, OpenIdDocument } from './schema.ts';

const ANSWER_WITHIN_MS = 5_000;
/** From this age on they are asked for again, and beyond the next one they are not believed any more. */
const STALE_MS = 12 * 60 * 60_000;
const DEAD_MS = 24 * 60 * 60_000;
/** Anybody can send a token with a key that does not exist, and must not make us ask each time. */
const AGAIN_MS = 60_000;
/** The channel whose messages a key must be endorsed for. */
const CHANNEL = 'msteams';

/** The keys that sign for Teams, by their ids. */
export interface BotKeys {
  keyFor(id: string): Promise<JWK | null>;
}

export function botKeys(
  { openId, isKeyAddress }: Endpoints,
  now: () => number,
  onFailure: (cause: unknown) => void,
): BotKeys {
  let keys = new Map<string, JWK>();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  const ask = async () => {
    const document = OpenIdDocument.parse((await fetchJson(openId, { withinMs: ANSWER_WITHIN_MS })).body);
    if (!isKeyAddress(new URL(document.jwks_uri))) throw new Error('the keys are said to be somewhere else');
    const found = JwksDocument.parse(
      (await fetchJson(document.jwks_uri, { withinMs: ANSWER_WITHIN_MS })).body,
    );
    // A key without endorsements signs for no channel, where the library of Microsoft takes it for all.
    const usable = found.keys.filter(
      ({ kty, endorsements }) => kty === 'RSA' && endorsements.includes(CHANNEL),
    );
    keys = new Map(usable.map(({ kty, kid, n, e }) => [kid, { kty, n, e }]));
    fetchedAt = now();
  };
  const refresh = (): Promise<void> => {
    if (asking === null && now() - triedAt < AGAIN_MS) return Promise.resolve();
    asking ??= ask()
      .catch(onFailure)
      .finally(() => {
        triedAt = now();
        asking = null;
      });
    return asking;
  };

  return {
    async keyFor(id) {
      if (now() - fetchedAt > STALE_MS || !keys.has(id)) await refresh();
      return now() - fetchedAt > DEAD_MS ? null : (keys.get(id) ?? null);
    },
  };
}
