import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeTeams } from '../fake-teams/fake-teams.ts';

export interface SigningDoor {
  readonly url: string;
  stop(): Promise<void>;
}

/** Where the playground sends what people do: here it gets the signed token that Teams would give it. */
export async function signingDoor(teams: FakeTeams): Promise<SigningDoor> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      // It only looks whether somebody is there.
      if (request.method !== 'POST') return response.writeHead(405).end();
      return teams.deliver(JSON.parse(Buffer.concat(chunks).toString('utf8'))).then(
        ({ status, text }) => response.writeHead(status, { 'content-type': 'application/json' }).end(text),
        (cause: unknown) => response.writeHead(502).end(String(cause)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/messages`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
