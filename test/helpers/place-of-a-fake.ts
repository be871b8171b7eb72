import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a fake answers. It can go away, and comes back at the same address. */
export class PlaceOfAFake {
  readonly #answer: RequestListener;
  #server: Server | null = null;
  #port = 0;

  constructor(answer: RequestListener) {
    this.#answer = answer;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async up(): Promise<void> {
    this.#server = createServer(this.#answer).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    server?.close();
    if (server !== null) await once(server, 'close');
  }
}
