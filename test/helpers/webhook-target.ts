import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came, and asserts on it
  readonly json: any;
}

export interface WebhookTarget {
  readonly url: string;
  readonly port: number;
  /** Every post, in the order in which they came. */
  readonly posts: readonly Post[];
  /** From now on it answers so. */
  answer: (response: ServerResponse, post: Post) => void;
}

/** An operator's endpoint: a real server that takes what comes, and answers as a test says. */
export async function webhookTarget(answer = status(204)): Promise<WebhookTarget> {
  const posts: Post[] = [];
  const target: { answer: WebhookTarget['answer'] } = { answer };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const post = { path: request.url ?? '', headers, body, json: JSON.parse(body || 'null') };
      posts.push(post);
      target.answer(response, post);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(target, { url: `http://127.0.0.1:${port}/hook`, port, posts });
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}) {
  return (response: ServerResponse) => void response.writeHead(code, headers).end();
}
