import type { JWK } from 'jose';
import { fetchJson } from './fetch-json.ts';
import { Discovery, Jwks } from './schema.ts';

const ANSWER_WITHIN_MS = 5_000;
/** From this age on they are asked for again, and beyond the next one they are not believed any more. */
const STALE_MS = 60 * 60_000;
const DEAD_MS = 24 * 60 * 60_000;
/** Anybody can send a token with a key that does not exist, and must not make us ask each time. */
const AGAIN_MS = 60_000;

/** The keys of one issuer, by their ids. */
export interface IssuerKeys {
  /** Null where the issuer has no such key, or cannot be asked. */
  keyFor(id: string): Promise<JWK | null>;
}

export function issuerKeys(
  issuer: string,
  now: () => number,
  onFailure: (cause: unknown) => void,
): IssuerKeys {
  let keys: ReadonlyMap<string, JWK> = new Map();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  const ask = async () => {
    const base = issuer.replace(/\/$/, '');
    const document = Discovery.parse(
      await fetchJson(new URL(`${base}/.well-known/openid-configuration`), ANSWER_WITHIN_MS),
    );
    if (document.issuer !== issuer) throw new Error('the discovery document is of another issuer');
    const address = new URL(document.jwks_uri);
    // Whoever could write the document could otherwise bring keys of their own.
    if (address.origin !== new URL(issuer).origin) throw new Error('the keys are said to be somewhere else');
    const found = Jwks.parse(await fetchJson(address, ANSWER_WITHIN_MS));
    keys = new Map(found.keys.flatMap((key) => (key === null ? [] : [[key.kid, key]])));
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
