import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/**
 * Stands before a server, hands everything on, and then says 421 to the first POST of this path: the call
 * has done what it does, and who made it hears that it came to the wrong place.
 */
export async function misdirecting(server: () => string, path: RegExp): Promise<string> {
  let hasSaid = false;
  const proxy = createServer(async (incoming, response) => {
    const { url = '', method = '', headers } = incoming;
    const bytes = await buffer(incoming);
    const kept = { ...headers, host: undefined, connection: undefined, 'transfer-encoding': undefined };
    const answer = await fetch(`${server()}${url}`, {
      method,
      headers: JSON.parse(JSON.stringify(kept)),
      ...(method === 'POST' ? { body: new Uint8Array(bytes) } : {}),
    });
    const text = await answer.text();
    const isIt = method === 'POST' && path.test(url) && !hasSaid;
    hasSaid ||= isIt;
    response.writeHead(isIt ? 421 : answer.status, { 'content-type': 'application/json' });
    response.end(text);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
