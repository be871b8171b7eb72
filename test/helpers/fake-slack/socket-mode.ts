import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Delivered, Delivery } from './delivery.ts';
import { TIMES } from './limits.ts';
import { type Fields, isFields } from './shapes.ts';
import { acceptWebSocket, type Socket } from './websocket.ts';
import { APP_ID } from './world.ts';

const ENVELOPE: Readonly<Record<Delivery['kind'], string>> = {
  interaction: 'interactive',
  command: 'slash_commands',
  event: 'events_api',
};

/** Slack's side of Socket Mode: envelopes, acks within three seconds, redelivery, disconnects. */
export class SocketMode {
  readonly #sockets = new Set<Socket>();
  readonly #tickets = new Set<string>();
  readonly #waiting = new Map<string, (payload: Fields) => void>();
  readonly #happened: () => void;
  /** Acks that named no envelope, or one that was acked already. */
  readonly strayAcks: string[] = [];

  constructor(happened: () => void) {
    this.#happened = happened;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  newTicket(): string {
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return ticket;
  }

  /** Each address that `apps.connections.open` gives is good for one connection. */
  accept(request: IncomingMessage, stream: Duplex): void {
    const ticket = new URL(request.url ?? '/', 'http://fake').searchParams.get('ticket') ?? '';
    if (!this.#tickets.delete(ticket)) return void stream.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const socket: Socket = acceptWebSocket(request, stream, {
      text: (text) => this.#take(text),
      closed: () => {
        this.#sockets.delete(socket);
        this.#happened();
      },
    });
    this.#sockets.add(socket);
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#sockets.size,
        connection_info: { app_id: APP_ID },
      }),
    );
    socket.ping();
    this.#happened();
  }

  /** One envelope on one connection. Resolves when it was acked, or when three seconds are over. */
  deliver({ kind, payload }: Delivery, attempt: number): Promise<Delivered> {
    const socket = [...this.#sockets].at(-1);
    if (socket === undefined) return Promise.resolve({ acked: false, body: null, ms: 0 });
    const envelopeId = randomUUID();
    const sent = performance.now();
    socket.send(
      JSON.stringify({
        envelope_id: envelopeId,
        type: ENVELOPE[kind],
        payload,
        accepts_response_payload: kind !== 'event',
        ...(kind === 'event' ? { retry_attempt: attempt, retry_reason: attempt === 0 ? '' : 'timeout' } : {}),
      }),
    );
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(envelopeId);
        resolve({ acked: false, body: null, ms: performance.now() - sent });
      }, TIMES.ackMs);
      this.#waiting.set(envelopeId, (body) => {
        clearTimeout(timer);
        resolve({ acked: true, body, ms: performance.now() - sent });
      });
    });
  }

  /** Asks every client to connect again, as Slack does about once an hour. */
  refresh(): void {
    for (const socket of this.#sockets)
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.cut();
  }

  #take(text: string): void {
    const ack: unknown = JSON.parse(text);
    const id = isFields(ack) ? String(ack['envelope_id']) : '';
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return void this.strayAcks.push(id);
    this.#waiting.delete(id);
    waiting(isFields(ack) && isFields(ack['payload']) ? ack['payload'] : {});
  }
}
