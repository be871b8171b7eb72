import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

interface Counted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a server may do after it has read all of a call, and so perhaps did what it was told. */
export const TROUBLES = [
  ...[401, 408, 421, 425, 429, 500, 502, 503, 504],
  ...[301, 302, 303, 307, 308],
  'reset',
  'half an answer',
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Counts what comes in, and answers the first call with trouble, the next ones as if all were well. */
export async function countingServer(trouble: Trouble, answer = '{"ok":true}') {
  const calls: Counted[] = [];
  const server = createServer(async (incoming, response) => {
    const { url: path = '', headers } = incoming;
    calls.push({ path, headers, body: await text(incoming) });
    if (calls.length === 1) suffer(trouble, response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

function suffer(trouble: Trouble, response: ServerResponse): void {
  if (trouble === 'reset') response.socket?.resetAndDestroy();
  else if (trouble === 'half an answer') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"ok":', () => response.destroy());
  } else response.writeHead(trouble, { location: '/elsewhere', 'retry-after': '0' }).end();
}
