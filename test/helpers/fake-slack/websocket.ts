import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const MOST_BYTES = 1_000_000;

export interface Socket {
  send(text: string): void;
  ping(): void;
  /** With a close frame, as Slack does. */
  close(): void;
  /** Without one, as a network that fails. */
  cut(): void;
}

/** The server's side of RFC 6455, as much of it as Socket Mode needs: whole text frames, pings, closing. */
export function acceptWebSocket(
  request: IncomingMessage,
  stream: Duplex,
  on: { readonly text: (text: string) => void; readonly closed: () => void },
): Socket {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  stream.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let held = Buffer.alloc(0);
  const send = (opcode: number, payload: Buffer) => {
    if (stream.writable) stream.write(frame(opcode, payload));
  };
  stream.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const read = readFrame(held);
      if (read === null) return;
      held = held.subarray(read.size);
      if (read.opcode === TEXT) on.text(read.payload.toString('utf8'));
      else if (read.opcode === PING) send(PONG, read.payload);
      else if (read.opcode === CLOSE) {
        send(CLOSE, read.payload);
        stream.end();
      }
    }
  });
  stream.on('error', () => stream.destroy());
  stream.on('close', on.closed);
  return {
    send: (text) => send(TEXT, Buffer.from(text)),
    ping: () => send(PING, Buffer.from('Ping from fake Slack')),
    close: () => send(CLOSE, Buffer.from([0x03, 0xe8])),
    cut: () => stream.destroy(),
  };
}

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([0x80 | opcode, length]), payload]);
  if (length < 65_536) {
    const head = Buffer.from([0x80 | opcode, 126, 0, 0]);
    head.writeUInt16BE(length, 2);
    return Buffer.concat([head, payload]);
  }
  const head = Buffer.alloc(10);
  head.set([0x80 | opcode, 127]);
  head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** One frame of a client, unmasked, or null while it is not all here. Clients of Slack never split a text. */
function readFrame(bytes: Buffer): { opcode: number; payload: Buffer; size: number } | null {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return null;
  if ((first & 0x80) === 0 || (second & 0x80) === 0) throw new Error('a client frame is whole and masked');
  let length = second & 0x7f;
  let at = 2;
  if (length === 126) {
    if (bytes.length < 4) return null;
    length = bytes.readUInt16BE(2);
    at = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return null;
    length = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  if (length > MOST_BYTES) throw new Error('a client frame is too long');
  const size = at + 4 + length;
  if (bytes.length < size) return null;
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4, size));
  for (let index = 0; index < length; index += 1) {
    payload.writeUInt8(payload.readUInt8(index) ^ mask.readUInt8(index % 4), index);
  }
  return { opcode: first & 0x0f, payload, size };
}
