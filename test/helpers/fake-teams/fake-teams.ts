import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Faults, suffer } from '../fake-slack/faults.ts';
import { type ConnectorMethods, connectorMethods, type Said } from './connector-methods.ts';
import type { Delivered, Wire } from './delivered.ts';
import { graph } from './graph.ts';
import { TeamsPerson } from './person.ts';
import { Rates } from './rates.ts';
import { Signer, type TokenChanges } from './signer.ts';
import { APP_ID, TENANT, TeamsWorld } from './world.ts';

export interface Called {
  readonly method: string;
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the bot wrote
  readonly body: any;
}

/** One tenant's Teams behind its Bot Connector, as strict as the real one or stricter, on this machine. */
export class FakeTeams implements Wire {
  readonly secret = 'fake-client-secret-0123456789';
  /** What Kubernetes wrote for this workload, and nothing else, is taken in its place. */
  assertion: string | null = null;
  readonly world = new TeamsWorld();
  readonly faults = new Faults();
  readonly rates: Rates;
  readonly signer: Signer;
  readonly now: () => number;
  readonly calls: Called[] = [];
  readonly tokens = new Set<string>();
  /** One service takes no token of another. */
  readonly graphTokens = new Set<string>();
  readonly #methods: ConnectorMethods;
  readonly #server = createServer((request, response) => this.#serve(request, response));
  #endpoint = '';
  #given = 0;

  constructor(now: () => number, methodsOf: (world: TeamsWorld) => ConnectorMethods) {
    this.now = now;
    this.#methods = methodsOf(this.world);
    this.rates = new Rates(now);
    this.signer = new Signer(APP_ID, now);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get serviceUrl(): string {
    return `${this.url}/teams/`;
  }

  useEndpoint(url: string): void {
    this.#endpoint = url;
  }

  person(who: string): TeamsPerson {
    return new TeamsPerson(this, this.world.user(who));
  }

  /** Posts an activity as the Bot Connector does. */
  async deliver(activity: object, changes: TokenChanges = {}): Promise<Delivered> {
    return this.deliverWith(activity, `Bearer ${await this.signer.token(this.serviceUrl, changes)}`);
  }

  async deliverWith(activity: object | string, authorization: string): Promise<Delivered> {
    const answer = await fetch(this.#endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === '' ? {} : { authorization }) },
      body: typeof activity === 'string' ? activity : JSON.stringify(activity),
    });
    const text = await answer.text();
    this.world.changes.happened();
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    return { status: answer.status, body: isJson ? JSON.parse(text) : null, text };
  }

  until<T>(what: string, find: () => T | null | undefined, withinMs?: number): Promise<T> {
    return this.world.changes.until(what, find, withinMs);
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  stop(): Promise<void> {
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
      this.#answer(request, Buffer.concat(chunks), response).then(
        () => this.world.changes.happened(),
        (cause: unknown) => response.writeHead(500).end(String(cause)),
      );
    });
  }

  async #answer(request: IncomingMessage, bytes: Buffer, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
    const name = `${request.method} ${path}`;
    const fault = this.faults.take(name);
    if (fault !== null && fault !== 'lost') return suffer(fault, response);
    const said = await this.#say(request, path, bytes);
    if (fault === 'lost') return suffer(fault, response);
    const { status, body, headers = {} } = said;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }

  async #say(request: IncomingMessage, path: string, bytes: Buffer): Promise<Said> {
    if (path.startsWith('/teams/drive/')) return this.world.uploads.put(path, request.headers, bytes);
    const text = bytes.toString('utf8');
    if (path === '/v1/.well-known/openidconfiguration')
      return { status: 200, body: { issuer: 'https://api.botframework.com', jwks_uri: `${this.url}/keys` } };
    if (path === '/keys') return { status: 200, body: await this.signer.jwks() };
    if (path === `/${TENANT}/oauth2/v2.0/token`) return this.#giveToken(new URLSearchParams(text));
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (path.startsWith('/graph/'))
      return this.graphTokens.has(bearer)
        ? graph(this.world, new URL(request.url ?? '', this.url))
        : { status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } };
    if (!path.startsWith('/teams/v3/')) return { status: 404, body: {} };
    if (!this.tokens.has(bearer)) return { status: 401, body: { error: { code: 'Unauthorized' } } };
    const body = text === '' ? null : JSON.parse(text);
    const method = request.method ?? '';
    this.calls.push({ method, path, body });
    const parts = path.slice('/teams/v3/'.length).split('/');
    if (method !== 'GET') {
      const seconds = this.rates.refuse(parts[1] ?? body?.channelData?.channel?.id ?? 'new');
      if (seconds !== null)
        return {
          status: 429,
          headers: { 'retry-after': String(seconds) },
          body: { error: { code: 'Throttled' } },
        };
    }
    return this.#methods(method, parts, body);
  }

  #giveToken(form: URLSearchParams): Said {
    const isRight =
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_id') === APP_ID &&
      (form.get('client_secret') === this.secret ||
        (form.get('client_assertion_type') === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' &&
          form.get('client_assertion') === this.assertion));
    const kept = {
      'https://api.botframework.com/.default': this.tokens,
      'https://graph.microsoft.com/.default': this.graphTokens,
    }[form.get('scope') ?? ''];
    if (!isRight || kept === undefined) return { status: 401, body: { error: 'invalid_client' } };
    this.#given += 1;
    const token = `fake-bot-token-${this.#given}`;
    kept.add(token);
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3_599, access_token: token } };
  }
}

export async function startFakeTeams(
  now: () => number = Date.now,
  methodsOf: (world: TeamsWorld) => ConnectorMethods = connectorMethods,
): Promise<FakeTeams> {
  const teams = new FakeTeams(now, methodsOf);
  await teams.listen();
  return teams;
}
