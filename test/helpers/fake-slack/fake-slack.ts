import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Changes } from './changes.ts';
import { chatMethods } from './chat-methods.ts';
import type { Delivered, Delivery, Wire } from './delivery.ts';
import { Faults } from './faults.ts';
import { Uploads } from './files-methods.ts';
import { peopleMethods } from './people-methods.ts';
import { Person } from './person.ts';
import { RateLimits } from './rate-limits.ts';
import { ResponseUrls } from './response-urls.ts';
import { isFields } from './shapes.ts';
import { signedHttp } from './signed-http.ts';
import { SocketMode } from './socket-mode.ts';
import { Views } from './views.ts';
import { type Called, type Credentials, webApi } from './web-api.ts';
import type { Workspace } from './workspace.ts';
import { type SlackMessage, SlackWorld } from './world.ts';

export const SCOPES: readonly string[] = [
  'chat:write',
  'commands',
  'users:read',
  'usergroups:read',
  'im:write',
  'files:write',
  'app_mentions:read',
];

/** One workspace, as strict as Slack itself or stricter, on a port of this machine. */
export class FakeSlack implements Workspace {
  readonly signingSecret = 'fake-signing-secret-0123456789abcdef';
  readonly credentials: Credentials = {
    botToken: 'xoxb-fake-bot-token-0123456789',
    appToken: 'xapp-fake-app-token-0123456789',
    scopes: SCOPES,
  };
  readonly changes = new Changes();
  /** Kinds of block that this Slack refuses today; `text` for a message without any. */
  readonly refuseKinds = new Set<string>();
  readonly faults = new Faults();
  readonly world: SlackWorld;
  readonly rates: RateLimits;
  readonly views: Views;
  readonly responseUrls: ResponseUrls;
  readonly socket = new SocketMode(() => this.changes.happened());
  readonly now: () => number;
  readonly #uploads: Uploads;
  readonly #api: ReturnType<typeof webApi>;
  readonly #server = createServer((request, response) => this.#serve(request, response));
  #wire: Wire = this.socket;

  /** `clickNow`: the clock that a click's three seconds are measured by. */
  constructor(now: () => number, clickNow: () => number) {
    this.now = now;
    this.world = new SlackWorld(now);
    this.rates = new RateLimits(now);
    this.views = new Views(clickNow);
    this.responseUrls = new ResponseUrls(this.world, now);
    this.#uploads = new Uploads(this.world, () => this.url);
    const methods = {
      ...chatMethods(this.world, this.refuseKinds),
      ...peopleMethods(this.world),
      ...this.views.methods(),
      ...this.#uploads.methods(),
      'apps.connections.open': () => ({
        url: `${this.url.replace('http', 'ws')}/socket?ticket=${this.socket.newTicket()}`,
      }),
    };
    this.#api = webApi(methods, {
      credentials: this.credentials,
      rates: this.rates,
      faults: this.faults,
      happened: () => this.changes.happened(),
      now,
      channelOf: (name) => this.world.channel(name)?.id ?? name,
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** For `SLACK_API_URL`. */
  get apiUrl(): string {
    return `${this.url}/api/`;
  }

  get calls(): readonly Called[] {
    return this.#api.calls;
  }

  /** From now on everything goes to this address, signed. */
  useHttp(url: string): void {
    this.#wire = signedHttp({ url, signingSecret: this.signingSecret, now: this.now });
  }

  deliver(delivery: Delivery, attempt = 0): Promise<Delivered> {
    return this.#wire.deliver(delivery, attempt);
  }

  person(id: string): Person {
    return new Person(this, id);
  }

  /** What stands in a channel, oldest first. */
  messages(channel: string, threadTs: string | null = null): readonly SlackMessage[] {
    const { id } = this.world.channel(channel) ?? { id: channel };
    return this.world.messages.filter(
      (one) => one.channel === id && one.threadTs === threadTs && !one.deleted,
    );
  }

  until<T>(what: string, find: () => T | null | undefined, withinMs?: number): Promise<T> {
    return this.changes.until(what, find, withinMs);
  }

  listen(): Promise<void> {
    this.#server.on('upgrade', (request, stream) => this.socket.accept(request, stream));
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  stop(): Promise<void> {
    this.socket.cutAll();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => response.destroy());
    request.on('end', () => {
      const [, place = '', name = ''] = /^\/(\w+)\/([^?]+)/.exec(request.url ?? '') ?? [];
      const body = Buffer.concat(chunks);
      if (place === 'api') {
        const answer = () => this.#api.answer(name, request, body, response);
        const late = this.faults.delayOf(name);
        if (late > 0) setTimeout(answer, late);
        else answer();
      }
      if (place === 'response') this.#respond(name, body, response);
      else if (place === 'upload')
        response.writeHead(this.#uploads.receive(name, body) ? 200 : 400).end('OK');
      else if (place !== 'api') response.writeHead(404).end();
      this.changes.happened();
    });
  }

  #respond(id: string, body: Buffer, response: ServerResponse): void {
    const said: unknown = JSON.parse(body.toString('utf8') || '{}');
    const { status, text } = this.responseUrls.answer(id, isFields(said) ? said : {});
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  }
}

export async function startFakeSlack(
  now: () => number = Date.now,
  clickNow: () => number = now,
): Promise<FakeSlack> {
  const slack = new FakeSlack(now, clickNow);
  await slack.listen();
  return slack;
}
