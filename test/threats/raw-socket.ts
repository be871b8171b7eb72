import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the wire says
  readonly body: any;
  readonly text: string;
  readonly tookMs: number;
}

/**
 * Sends bytes as they are, where fetch would repair or refuse them. Resolves when the server has
 * closed the connection, which it must do by itself: nothing here times out.
 */
export function exchange(
  port: number,
  parts: readonly (string | Uint8Array)[],
  end = false,
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const started = performance.now();
    const received: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part);
      if (end) socket.end();
    });
    socket.on('data', (chunk) => received.push(chunk));
    // A server that stops reading resets the connection; what it said before that still counts.
    socket.on('error', () => {});
    socket.on('close', () => resolve(read(Buffer.concat(received).toString('latin1'), started)));
  });
}

/** Sends the bytes and breaks the connection at once. */
export function sendAndCut(port: number, bytes: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1', () =>
      socket.write(bytes, () => socket.resetAndDestroy()),
    );
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

function read(text: string, started: number): RawAnswer {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
  const json = text.slice(text.indexOf('\r\n\r\n') + 4);
  const body = json.startsWith('{') ? JSON.parse(json.slice(0, json.lastIndexOf('}') + 1)) : null;
  return { status, body, text, tookMs: performance.now() - started };
}

/** The head of a POST that is authenticated with this token. */
export function headOf(path: string, token: string, headers: readonly string[]): string {
  const lines = [`POST ${path} HTTP/1.1`, 'Host: keyturn', `Authorization: Bearer ${token}`, ...headers];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
