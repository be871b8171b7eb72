import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { callSource } from '../source/call-source.ts';
import { Token } from './schema.ts';

/** What a token may do: to review a deployment, and to read who stands behind it. */
const PERMISSIONS = {
  actions: 'read',
  contents: 'read',
  deployments: 'write',
  pull_requests: 'read',
} as const;
/** GitHub refuses more than ten minutes, and its clock may be behind ours. */
const JWT_AHEAD_S = 9 * 60;
const JWT_BEHIND_S = 60;
const EARLY_MS = 60_000;

export interface AppIdentity {
  readonly appId: string;
  /** PEM, as GitHub gives it. */
  readonly privateKey: string;
  readonly apiUrl: string;
  readonly now: () => number;
}

/** Proves that we are the App, for ten minutes (RS256, https://docs.github.com/en/apps). */
export function appJwt({ appId, privateKey, now }: Omit<AppIdentity, 'apiUrl'>): string {
  const key: KeyObject = createPrivateKey(privateKey);
  const at = Math.floor(now() / 1000);
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iat: at - JWT_BEHIND_S, exp: at + JWT_AHEAD_S, iss: appId };
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

/** A token for one repository of an installation, and no more than it needs. Kept until shortly before its end. */
export function installationTokens(
  app: AppIdentity,
  permissions: Readonly<Record<string, string>> = PERMISSIONS,
): (installation: number, repository: number, signal: AbortSignal) => Promise<string> {
  const known = new Map<string, { readonly token: string; readonly until: number }>();
  return async (installation, repository, signal) => {
    const name = `${installation}/${repository}`;
    const kept = known.get(name);
    if (kept !== undefined && kept.until - EARLY_MS > app.now()) return kept.token;
    const { status, body } = await callSource(
      `${app.apiUrl}/app/installations/${installation}/access_tokens`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${appJwt(app)}` },
        body: { repository_ids: [repository], permissions },
      },
      signal,
    );
    if (status !== 201) throw new Error(`GitHub answers ${status} to the App`);
    const { token, expires_at } = Token.parse(body);
    if (known.size > 1_000) known.clear();
    known.set(name, { token, until: Date.parse(expires_at) });
    return token;
  };
}
