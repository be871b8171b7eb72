import { type Answer, Client } from './client.ts';
import { Ended, EXIT } from './exit-codes.ts';
import { persist } from './persist.ts';
import { readSettings, readUrl, type Settings } from './settings.ts';
import { parseJson } from './wire.ts';

const PATIENCE_MS = 10_000;
/** Well within the hour that a session lasts. */
const RENEW_MS = 15 * 60_000;
const AUDIENCE = 'keyturn';
const NEVER = new AbortController().signal;

/**
 * Where Keyturn is and who asks. A job of GitHub Actions or GitLab CI that has no token of ours shows
 * its forge's, for a session of this run that is kept up while this process lives.
 */
export async function openSettings(environment: NodeJS.ProcessEnv): Promise<Settings> {
  const hasToken = (environment['KEYTURN_TOKEN'] ?? '') !== '';
  const jobToken = hasToken ? null : await readJobToken(environment);
  if (jobToken === null) return readSettings(environment);
  const url = readUrl(environment['KEYTURN_URL']);
  const answer = await persist(() => exchange({ url, token: jobToken }), {
    until: Date.now() + PATIENCE_MS,
    signal: NEVER,
  });
  if (answer.kind === 'unreachable')
    throw new Ended(EXIT.unreachable, `cannot reach Keyturn (${answer.why}). Nothing was run.`);
  if (answer.kind === 'refused') {
    throw new Ended(EXIT.usage, 'Keyturn does not take the OIDC token of this job. Nothing was sent.');
  }
  const settings = readSettings({ KEYTURN_URL: url, KEYTURN_TOKEN: answer.value });
  setInterval(() => void exchange(settings), RENEW_MS).unref();
  return settings;
}

function exchange(settings: Settings): Promise<Answer<string>> {
  return new Client(settings).call({ method: 'POST', path: '/v1/token', timeoutMs: PATIENCE_MS }, (body) => {
    const token = (body as { readonly token?: unknown } | null)?.token;
    return typeof token === 'string' ? token : null;
  });
}

/** Null outside of a job, and in one that was not given the right to a token. */
async function readJobToken(environment: NodeJS.ProcessEnv): Promise<string | null> {
  // GitLab writes it into the variable that `id_tokens:` names.
  const given = environment['KEYTURN_ID_TOKEN'] ?? '';
  if (given !== '') return given;
  const address = environment['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '';
  const right = environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '';
  if (address === '' || right === '') return null;
  const token = await askGithub(address, right, environment['KEYTURN_AUDIENCE'] ?? AUDIENCE).catch(
    () => null,
  );
  if (token === null)
    throw new Ended(EXIT.unreachable, 'GitHub gives this job no OIDC token. Nothing was run.');
  return token;
}

async function askGithub(address: string, right: string, audience: string): Promise<string | null> {
  const url = new URL(address);
  // For tests on this machine alone may it be plain.
  if (url.protocol !== 'https:' && url.hostname !== '127.0.0.1') return null;
  url.searchParams.set('audience', audience);
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${right}`, accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const { value } = (parseJson(await answer.text()) ?? {}) as { readonly value?: unknown };
  return answer.ok && typeof value === 'string' && value !== '' ? value : null;
}
