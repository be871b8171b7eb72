import type { VerifiedJob } from '../../bot/app/open-session.ts';
import type { Client, OidcTrust, Rulebook } from '../../bot/ports/rulebook.ts';
import { type IssuerKeys, issuerKeys } from './issuer-keys.ts';
import { toJob } from './job.ts';
import { Claims } from './schema.ts';

/** Three parts, and no more of it than a forge writes. */
const COMPACT = /^[A-Za-z0-9_-]{2,2000}\.[A-Za-z0-9_-]{2,14000}\.[A-Za-z0-9_-]{2,2000}$/;
const TELL_EVERY_MS = 1_000;
/** Clocks of two machines differ. */
const LEEWAY_S = 30;
/** GitHub's live five minutes, GitLab's as long as the job. */
const LONGEST_S = 24 * 60 * 60;

type Trusting = Client & { readonly oidc: OidcTrust };

/** The job that a token proves, or null. Never why: the log has it, and who sends it learns nothing. */
export type VerifyJob = (token: string) => Promise<VerifiedJob | null>;

export interface VerifierOptions {
  readonly rulebook: () => Rulebook;
  readonly now: () => number;
  readonly onFailure: (cause: unknown) => void;
}

export function jobVerifier({ rulebook, now, onFailure }: VerifierOptions): VerifyJob {
  const keysOf = new Map<string, IssuerKeys>();
  let toldAt = Number.NEGATIVE_INFINITY;
  // Anybody can send a bad token, and must not fill the operator's log with it.
  const tell = (cause: unknown) => {
    if (now() - toldAt < TELL_EVERY_MS) return;
    toldAt = now();
    onFailure(cause);
  };

  const keysFor = (issuer: string): IssuerKeys => {
    const known = keysOf.get(issuer) ?? issuerKeys(issuer, now, tell);
    return keysOf.set(issuer, known).get(issuer) ?? known;
  };

  return async (token) => {
    const trusting = [...rulebook().clients.values()].filter(isTrusting);
    if (trusting.length === 0 || !COMPACT.test(token)) return null;
    // Only where somebody trusts a forge at all: a start without it loads nothing.
    const { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } = await import('jose');
    try {
      const { alg, kid } = decodeProtectedHeader(token);
      const said = decodeJwt(token);
      // The issuer is believed for one thing before the signature is checked: which of ours to ask for keys.
      const candidates = trusting.filter(
        ({ oidc }) => oidc.issuer === said.iss && oidc.audience === said.aud,
      );
      const [first] = candidates;
      if (alg !== 'RS256' || typeof kid !== 'string' || first === undefined) return null;
      const key = await keysFor(first.oidc.issuer).keyFor(kid);
      if (key === null) return null;
      const { payload } = await jwtVerify(token, await importJWK(key, 'RS256'), {
        algorithms: ['RS256'],
        issuer: first.oidc.issuer,
        audience: first.oidc.audience,
        clockTolerance: LEEWAY_S,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'iat', 'jti'],
      });
      const claims = Claims.parse(payload);
      if (claims.exp - claims.iat > LONGEST_S || claims.iat * 1000 > now() + LEEWAY_S * 1000) return null;
      return toVerified(candidates, claims);
    } catch (cause) {
      tell(cause);
      return null;
    }
  };
}

function toVerified(candidates: readonly Trusting[], claims: Claims): VerifiedJob | null {
  const matching = candidates.filter(({ oidc }) =>
    Object.entries(oidc.claims).every(([name, wanted]) => isClaim(claims[name], wanted)),
  );
  const [client] = matching;
  // One token is one client's. Which of two it is, nobody could say.
  if (client === undefined || matching.length > 1) return null;
  const job = toJob(client.oidc.issuer, claims);
  if (job === null) return null;
  return { client, ...job, tokenId: claims.jti, tokenUntil: (claims.exp + LEEWAY_S) * 1000 };
}

/** Some issuers write numbers and booleans as text, and some do not. */
function isClaim(value: unknown, wanted: string): boolean {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isScalar && String(value) === wanted;
}

function isTrusting(client: Client): client is Trusting {
  return client.oidc != null;
}
