import type { Context } from '../../bot/app/context.ts';
import { giveLinkCode, unlinkAccount } from '../../bot/app/link-account.ts';
import { toIsoTime } from '../../bot/core/instant.ts';
import { type Refusal, refuse } from '../../bot/core/refusal.ts';
import { type Http, type HttpApp, newHttpApp } from '../http/bindings.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { problem } from '../http/problem.ts';
import { readBody } from '../http/read-body.ts';
import { parseStrictJson } from '../http/strict-json.ts';

const BODY_WITHIN_MS = 5_000;

/**
 * What whoever runs the server may ask of it, over a socket in the data directory that only they can
 * open. Nothing here approves, releases or shows a payload.
 */
export function operatorRoutes(context: Context, notReady: () => Promise<string | null>): HttpApp {
  const app = newHttpApp();
  const call = (
    path: string,
    names: readonly string[],
    work: (said: Readonly<Record<string, string>>) => Promise<object | Refusal>,
  ) =>
    app.post(path, async (http) => {
      const said = await readTexts(http, names);
      const result = 'ok' in said ? (said as unknown as Refusal) : await work(said);
      return isRefusal(result) ? problem(result, (person) => person) : jsonAnswer(result);
    });

  call('/people/link', ['person'], async ({ person = '' }) => {
    const id = context.store.committed.personOf(person);
    if (id === null) return refuse('NOT_FOUND');
    const given = await giveLinkCode(context, id);
    return given.ok ? { code: given.code, expires_at: toIsoTime(given.expiresAt) } : given;
  });
  call('/people/unlink', ['account', 'operator'], async ({ account = '', operator = '' }) => {
    const unlinked = await unlinkAccount(context, account, operator);
    if (!unlinked.ok) return unlinked;
    return { account, person: context.store.committed.keyOf(unlinked.person) };
  });
  // For the doctor, which looks at the bot of this directory, and not at whoever has the port.
  call('/ready', [], async () => ({ reason: await notReady() }));
  app.notFound(() => problem(refuse('NOT_FOUND')));
  app.onError(() => problem(refuse('UNAVAILABLE')));
  return app;
}

function isRefusal(value: object): value is Refusal {
  return 'ok' in value && value.ok === false;
}

/** Exactly these fields, each a text. */
async function readTexts(
  http: Http,
  names: readonly string[],
): Promise<Readonly<Record<string, string>> | Refusal> {
  const bytes = await readBody(http.env.incoming, BODY_WITHIN_MS);
  if ('ok' in bytes) return bytes;
  const parsed = parseStrictJson(bytes);
  if (!parsed.ok) return parsed;
  const said = parsed.value;
  const isFit =
    typeof said === 'object' &&
    said !== null &&
    !Array.isArray(said) &&
    Object.keys(said).length === names.length &&
    Object.entries(said).every(([name, text]) => names.includes(name) && typeof text === 'string');
  return isFit ? (said as Readonly<Record<string, string>>) : refuse('INVALID');
}
