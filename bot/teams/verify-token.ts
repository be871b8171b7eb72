import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import type { BotKeys } from './bot-keys.ts';

/** Exactly this one. Microsoft's library also takes what its own emulator and other bots sign. */
const ISSUER = 'https://api.botframework.com';
const ALGORITHMS = ['RS256'];
const CLOCK_TOLERANCE_S = 300;
const LONGEST_TOKEN = 8_192;

export interface TokenParts {
  readonly appId: string;
  readonly keys: BotKeys;
  readonly now: () => number;
}

/**
 * Whether Teams has sent this, to this app, from this service address: signature, algorithm, issuer,
 * audience, time and service address, in that order of cost. False for whatever is not so, and for
 * what cannot be known.
 */
export type TokenCheck = (authorization: string, serviceUrl: string) => Promise<boolean>;

export function tokenCheck({ appId, keys, now }: TokenParts): TokenCheck {
  // An empty id would turn every check of the audience into none.
  if (appId === '') throw new Error('TEAMS_APP_ID is empty');
  return async (authorization, serviceUrl) => {
    const token = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/.exec(authorization)?.[1];
    if (token === undefined || token.length > LONGEST_TOKEN || serviceUrl === '') return false;
    try {
      const { alg, kid } = decodeProtectedHeader(token);
      if (kid === undefined || alg !== ALGORITHMS[0]) return false;
      const key = await keys.keyFor(kid);
      if (key === null) return false;
      const { payload } = await jwtVerify(token, await importJWK(key, alg), {
        algorithms: ALGORITHMS,
        issuer: ISSUER,
        audience: appId,
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'nbf', 'serviceurl'],
      });
      return payload['serviceurl'] === serviceUrl && payload.aud === appId;
    } catch {
      return false;
    }
  };
}
