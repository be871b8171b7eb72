import { request } from 'node:http';
import { operatorSocket } from '../operator-socket.ts';

export type Called =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: string | null; readonly why: string };

const WITHIN_MS = 10_000;

/** Asks the server that runs over this data directory. Only its own user can. */
export async function callOperator(
  dataDir: string,
  path: string,
  body: Readonly<Record<string, string>>,
): Promise<Called> {
  const socketPath = operatorSocket(dataDir);
  if (socketPath === null)
    return { ok: false, code: null, why: `${dataDir} is too long a path for a socket` };
  try {
    const { status, text } = await post(socketPath, path, JSON.stringify(body));
    const said = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return status === 200
      ? { ok: true, body: said }
      : { ok: false, code: String(said['code']), why: String(said['detail']) };
  } catch (cause) {
    return { ok: false, code: null, why: whyNot(cause, dataDir) };
  }
}

function post(
  socketPath: string,
  path: string,
  text: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const call = request({ socketPath, path, method: 'POST', headers, timeout: WITHIN_MS }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${WITHIN_MS} ms`)));
    call.on('error', reject);
    call.end(text);
  });
}

function whyNot(cause: unknown, dataDir: string): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT' || code === 'ECONNREFUSED')
    return `no server runs over ${dataDir}: start it, and try again`;
  if (code === 'EACCES') return `the server over ${dataDir} belongs to another user: run this as that user`;
  return cause instanceof Error ? cause.message : String(cause);
}
