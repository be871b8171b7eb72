import type { Check } from './check.ts';
import type { Path } from './problem.ts';

/** What a token of a known issuer must be pinned to. A name of a repository can change hands, its id cannot. */
const NEEDED: readonly (readonly [host: string, claims: readonly string[]])[] = [
  ['token.actions.githubusercontent.com', ['repository_id', 'job_workflow_ref']],
  ['gitlab.com', ['project_id']],
];

/** One token is one client's, and a trust that pins nothing is everybody's. */
export function checkOidc({ draft, report }: Check): void {
  const seen = new Map<string, Path>();
  for (const [key, client] of draft.clients) {
    const oidc = client?.auth.oidc;
    if (oidc === undefined) continue;
    const path = ['clients', key, 'auth', 'oidc'];
    const { issuer, audience, claims } = oidc;
    const names = Object.keys(claims);
    const missing = NEEDED.flatMap(([host, needed]) => (new URL(issuer).hostname === host ? needed : []));
    if (names.length === 0) report([...path, 'claims'], 'pins nothing: any job of this issuer could come');
    for (const name of missing.filter((one) => !names.includes(one))) {
      report(
        [...path, 'claims'],
        `needs ${name}: without it other jobs of ${new URL(issuer).hostname} could come`,
      );
    }
    // Its form differs from one issuer to the next, and GitHub's has changed.
    if (names.includes('sub'))
      report([...path, 'claims', 'sub'], 'pin the claims that it is made of instead');
    for (const name of names.filter((one) => TIMES.has(one))) {
      report([...path, 'claims', name], 'is checked by itself');
    }
    const trust = JSON.stringify([issuer, audience, Object.entries(claims).sort()]);
    const first = seen.get(trust);
    if (first === undefined) seen.set(trust, path);
    else report(path, `is the same as ${first.join('.')}: a token would be two clients'`);
  }
}

const TIMES: ReadonlySet<string> = new Set(['iss', 'aud', 'exp', 'iat', 'nbf', 'jti']);
