import { request as httpRequest, type IncomingMessage } from 'node:http';
import { expect } from 'vitest';
import { openCodeFolder } from '../../../bot/room/code-folder.ts';
import { tokenOf, type Who } from '../../helpers/rulebook.ts';
import { seededRandom } from '../../helpers/seeded-random.ts';
import type { TestKeyturn } from '../../helpers/start-keyturn.ts';

export interface RoomAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the wire says, and asserts on it
  readonly body: any;
}

type Headers = Readonly<Record<string, string>>;

/** One call as it stands on the wire: with any Host and any Origin, which `fetch` would not send. */
export function callRoom(
  { keyturn }: Pick<TestKeyturn, 'keyturn'>,
  method: string,
  path: string,
  { headers = {}, body }: { readonly headers?: Headers; readonly body?: unknown } = {},
): Promise<RoomAnswer> {
  const { port } = keyturn;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const call = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const said = Buffer.concat(chunks).toString();
        const isJson = (answer.headers['content-type'] ?? '').includes('json');
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: said,
          body: isJson ? JSON.parse(said) : null,
        });
      });
    });
    call.on('error', reject);
    call.end(text);
  });
}

/** What our page sends along with every POST. */
export function pageHeaders({ keyturn }: Pick<TestKeyturn, 'keyturn'>): Record<string, string> {
  return {
    host: `127.0.0.1:${keyturn.port}`,
    origin: `http://127.0.0.1:${keyturn.port}`,
    'content-type': 'application/json',
    'sec-fetch-site': 'same-origin',
  };
}

let codes = 0;

/** A fresh code, as `keyturn room code` makes it. */
export function codeFor(keyturn: TestKeyturn, who: string, lifeMs = 60_000): string {
  codes += 1;
  const folder = openCodeFolder(keyturn.dataDir, seededRandom(`codes ${codes} ${keyturn.dataDir}`).bytes);
  return folder.issue(who, keyturn.clock.wall(), lifeMs);
}

export interface Visitor {
  /** All that this browser sends to be let in. */
  readonly headers: Record<string, string>;
  post(path: string, body?: unknown, headers?: Headers): Promise<RoomAnswer>;
  click(
    verb: string,
    request: { readonly id: string; readonly action_digest: string },
    fields?: Headers,
  ): Promise<RoomAnswer>;
}

export function signIn(keyturn: TestKeyturn, said: unknown, headers: Headers = {}): Promise<RoomAnswer> {
  return callRoom(keyturn, 'POST', '/room/api/sign-in', {
    headers: { ...pageHeaders(keyturn), ...headers },
    body: said,
  });
}

/** Somebody who signed in, by a code unless it is said otherwise. */
export async function aVisitor(
  keyturn: TestKeyturn,
  who: Who,
  by: 'code' | 'token' = 'code',
): Promise<Visitor> {
  const answer = await signIn(
    keyturn,
    by === 'code' ? { code: codeFor(keyturn, who) } : { token: tokenOf(who) },
  );
  expect(answer.status, answer.text).toBe(200);
  const [cookie = ''] = answer.headers['set-cookie'] ?? [];
  const headers = {
    ...pageHeaders(keyturn),
    cookie: cookie.split(';')[0] ?? '',
    'x-keyturn-key': answer.body.key as string,
  };
  const post = (path: string, body: unknown = {}, more: Headers = {}) =>
    callRoom(keyturn, 'POST', `/room/api/${path}`, { headers: { ...headers, ...more }, body });
  return {
    headers,
    post,
    click: (verb, { id, action_digest }, fields = {}) =>
      post('click', { verb, request: id, digest: action_digest, fields }),
  };
}
