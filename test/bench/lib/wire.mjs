import { connect } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * One keep-alive connection with one call in flight: as little client as HTTP/1.1 allows, so that the
 * server is what is measured. It reads answers that carry a Content-Length.
 */
export class Wire {
  #socket;
  #held = null;
  #take = null;

  static open(port) {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Wire(socket)));
    });
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('close', () => this.#take?.({ status: 0, body: 'the connection was closed' }));
  }

  /** Resolves with `{ status, body }`; the body is text. */
  call(method, path, token, body = null) {
    const text = body === null ? '' : JSON.stringify(body);
    const content =
      body === null ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n`;
    return new Promise((resolve) => {
      this.#take = resolve;
      this.#socket.write(
        `${method} ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${token}\r\n${content}\r\n${text}`,
      );
    });
  }

  close() {
    this.#take = null;
    this.#socket.destroy();
  }

  #read(chunk) {
    const bytes = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd === -1) {
      this.#held = bytes;
      return;
    }
    const head = bytes.latin1Slice(0, headEnd);
    const length = /content-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`an answer without a Content-Length: ${head}`);
    const end = headEnd + 4 + Number(length);
    if (bytes.length < end) {
      this.#held = bytes;
      return;
    }
    this.#held = null;
    const take = this.#take;
    this.#take = null;
    take?.({ status: Number(head.slice(9, 12)), body: bytes.utf8Slice(headEnd + 4, end) });
  }
}
