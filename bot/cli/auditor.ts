import { Ended, EXIT } from '../../connectors/guard/exit-codes.ts';
import { readUrl } from '../../connectors/guard/settings.ts';

/** Where Keyturn is, and which person asks. An audit is a person's, so a client's token is refused here. */
export interface Auditor {
  readonly url: string;
  readonly token: string;
}

export function readAuditor(env: NodeJS.ProcessEnv): Auditor {
  const token = env['KEYTURN_TOKEN'] ?? '';
  if (token === '') throw usage('KEYTURN_TOKEN is not set. It holds the token of an auditor (ktp_…).');
  if (token.trim().startsWith('ktc_'))
    throw usage('KEYTURN_TOKEN is a client’s token. Only a person who is an auditor may do this.');
  if (!/^[\x21-\x7e]{20,200}$/.test(token)) throw usage('KEYTURN_TOKEN is not a token.');
  return { url: readUrl(env['KEYTURN_URL']), token };
}

/** The answer, once it is one. No text here may hold the token: it goes to terminals and logs. */
export async function askAsAuditor({ url, token }: Auditor, path: string, body: unknown): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
    });
  } catch (cause) {
    throw unreachable(cause);
  }
  if (response.ok) return response;
  const told = (await response.json().catch(() => ({}))) as Problem;
  const fields = (told.errors ?? []).map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`).join('');
  const text = `${told.code ?? response.status}: ${told.detail ?? 'this is not Keyturn’s answer'}${fields}`;
  if (response.status === 401) throw usage(text);
  throw new Ended(response.status >= 500 ? EXIT.unreachable : EXIT.refused, text);
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

export function unreachable(cause: unknown): Ended {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const why = inner instanceof Error ? inner.message : String(inner);
  return new Ended(EXIT.unreachable, `Keyturn does not answer, or stopped in between: ${why}`);
}

export function usage(message: string): Ended {
  return new Ended(EXIT.usage, message);
}

export function readSeq(text: string, option: string): number {
  if (/^(0|[1-9][0-9]{0,15})$/.test(text)) return Number(text);
  throw usage(`${option} must be the number of an entry, not "${text}"`);
}

/** What a command ends with, on stderr and as its exit code. */
export async function ending(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!(cause instanceof Ended)) throw cause;
    process.stderr.write(`keyturn: ${cause.message}\n`);
    process.exitCode = cause.exitCode;
  }
}
