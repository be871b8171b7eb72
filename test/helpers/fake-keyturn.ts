import { createHash, randomInt, randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import canonicalize from 'canonicalize';
import { ok, type Problem, type Reply, refusal, route } from './fake-keyturn-wire.ts';

export interface RecordedCall {
  /** `submit`, `read`, `consume`, `outcome`, `heartbeat`, `cancel`, or the path of anything else. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly key: string | null;
  readonly body: Record<string, unknown>;
  /** The body as it came. */
  readonly text: string;
}

export interface FakeRequest extends Record<string, unknown> {
  id: string;
  state: string;
  waiting_for: string[];
  execution: Record<string, unknown>;
}

interface Stored {
  readonly view: FakeRequest;
  readonly payload: unknown;
  readonly key: string;
  nonce: string | null;
  consumeKey: string | null;
  outcome: string | null;
}

const SUBMISSION = ['action', 'target', 'reason', 'on_behalf_of', 'payload', 'links', 'expires_in', 'hold'];
const OPEN = ['pending', 'flagged', 'approved', 'executing', 'unknown'];

const UNAUTHENTICATED = refusal({ status: 401, code: 'UNAUTHENTICATED' });
const NOT_FOUND = refusal({ status: 404, code: 'NOT_FOUND' });
const FORBIDDEN = refusal({ status: 403, code: 'FORBIDDEN' });

/**
 * A server that speaks the contract of interfaces.md to one client, and that a test can break: it goes
 * down and comes back on its port, refuses, loses answers, and holds them back. Nothing here is
 * shared with the real server, or one mistake would hide in both.
 */
export class FakeKeyturn {
  readonly token = `ktc_${randomUUID().replaceAll('-', '')}`;
  readonly calls: RecordedCall[] = [];
  /** What the next submission becomes. */
  firstState = 'pending';
  lifetimeS = 1_800;
  outcomeWithinS = 3_600;
  runBy = 'caller';
  tell: string | null = null;
  /** Called when a call was carried out and is about to be answered; what it returns is the answer. */
  beforeAnswer: (name: string, answer: unknown) => unknown = (_name, answer) => answer;

  readonly #requests = new Map<string, Stored>();
  readonly #problems = new Map<string, Problem[]>();
  readonly #lost = new Map<string, number>();
  readonly #held = new Map<string, Promise<unknown>>();
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #server: Server | null = null;
  // Where there is more than one, an address of its own: while it is down, no other may get its port.
  readonly #host =
    process.platform === 'linux' ? `127.1.${randomInt(256)}.${randomInt(1, 255)}` : '127.0.0.1';
  #port = 0;

  static async start(): Promise<FakeKeyturn> {
    const fake = new FakeKeyturn();
    await fake.up();
    return fake;
  }

  get url(): string {
    return `http://${this.#host}:${this.#port}`;
  }

  async up(): Promise<void> {
    this.#server = createServer((incoming, response) => {
      this.#serve(incoming, response).catch(() => response.destroy());
    }).listen(this.#port, this.#host);
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** As a crash: connections break, and the port refuses. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** The next call of that name is refused, before anything happens. */
  refuseNext(name: string, problem: Problem): void {
    this.#problems.set(name, [...(this.#problems.get(name) ?? []), problem]);
  }

  /** The next calls of that name are carried out, and the connection breaks before the answer. */
  loseAnswers(name: string, count = 1): void {
    this.#lost.set(name, count);
  }

  /** Calls of that name are carried out and not answered before `release` is called. */
  hold(name: string): () => void {
    const gate = new EventEmitter();
    this.#held.set(name, once(gate, 'open'));
    return () => {
      this.#held.delete(name);
      gate.emit('open');
    };
  }

  get request(): FakeRequest {
    const [only, ...others] = this.#requests.values();
    if (only === undefined || others.length > 0) throw new Error(`${this.#requests.size} requests, not one`);
    return only.view;
  }

  change(change: Record<string, unknown>): void {
    Object.assign(this.request, change);
    this.#changes.emit('change');
  }

  approve(): void {
    this.change({ state: 'approved', waiting_for: [] });
  }

  named(name: string): RecordedCall[] {
    return this.calls.filter((call) => call.name === name);
  }

  /** Resolves with the nth call of that name, once it has arrived. */
  async arrived(name: string, nth = 1): Promise<RecordedCall> {
    for (;;) {
      const call = this.named(name)[nth - 1];
      if (call !== undefined) return call;
      await once(this.#changes, 'change');
    }
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { name, id, query } = route(incoming);
    const sent = await text(incoming);
    const body = sent === '' ? {} : (JSON.parse(sent) as Record<string, unknown>);
    const key = incoming.headers['idempotency-key'] ?? null;
    const call = { name, query, key: Array.isArray(key) ? null : key, body, text: sent };
    this.calls.push(call);
    this.#changes.emit('change');
    const isClient = incoming.headers.authorization === `Bearer ${this.token}`;
    const reply = isClient ? await this.#answer(call, id) : UNAUTHENTICATED;
    await this.#held.get(name);
    const lost = this.#lost.get(name) ?? 0;
    if (lost > 0) {
      this.#lost.set(name, lost - 1);
      return void response.destroy();
    }
    const answer = this.beforeAnswer(name, structuredClone(reply.body));
    const type = reply.status < 400 ? 'application/json' : 'application/problem+json';
    const headers = { 'content-type': type, location: '/elsewhere' };
    response.writeHead(reply.status, headers).end(JSON.stringify(answer));
  }

  async #answer(call: RecordedCall, id: string): Promise<Reply> {
    const problem = this.#problems.get(call.name)?.shift();
    if (problem !== undefined) return refusal(problem);
    if (call.name === 'submit') return this.#submit(call);
    const stored = this.#requests.get(id);
    if (stored === undefined) return NOT_FOUND;
    switch (call.name) {
      case 'read':
        return this.#read(call, stored);
      case 'cancel':
        return this.#cancel(call, stored);
      case 'consume':
        return this.#consume(call, stored);
      case 'heartbeat':
        return call.body['nonce'] === stored.nonce ? ok(stored.view) : FORBIDDEN;
      case 'outcome':
        return this.#outcome(call, stored);
      default:
        return NOT_FOUND;
    }
  }

  #submit({ key, body }: RecordedCall): Reply {
    const unknown = Object.keys(body).filter((field) => !SUBMISSION.includes(field));
    const missing = ['action', 'target', 'reason', 'payload'].filter((field) => !(field in body));
    if (unknown.length + missing.length > 0 || key === null) {
      const errors = [...unknown, ...missing].map((field) => ({ pointer: `/${field}`, detail: 'is wrong' }));
      return refusal({ status: 422, code: 'INVALID', detail: 'The request is not valid.', errors });
    }
    const known = [...this.#requests.values()].find((stored) => stored.key === key);
    if (known !== undefined) return ok(known.view);
    const number = 1042 + this.#requests.size;
    const requester = { id: 'deploy-agent', kind: 'agent', verified_by: 'token' };
    const { action, target, payload, on_behalf_of = null } = body;
    const digested = String(canonicalize({ action, on_behalf_of, payload, requester: requester.id, target }));
    const view: FakeRequest = {
      id: `req_${String(number).padStart(32, '0')}`,
      number,
      state: this.firstState,
      action,
      target,
      requester,
      on_behalf_of,
      reason: body['reason'],
      action_digest: `sha256:${createHash('sha256').update(digested).digest('hex')}`,
      tell: this.tell,
      reject_reason: null,
      waiting_for: this.firstState === 'pending' ? ['dba 0/1', 'security 0/1'] : [],
      created_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + this.lifetimeS * 1_000).toISOString(),
      execution: {
        by: this.runBy,
        outcome: null,
        outcome_within: this.outcomeWithinS,
        stop_requested: false,
      },
    };
    this.#requests.set(view.id, { view, payload, key, nonce: null, consumeKey: null, outcome: null });
    this.#changes.emit('change');
    return { status: 201, body: view };
  }

  async #read({ query }: RecordedCall, { view }: Stored): Promise<Reply> {
    const known = query.get('known') ?? view.state;
    const until = Date.now() + Number(query.get('wait') ?? 0) * 1_000;
    while (view.state === known && OPEN.includes(known) && Date.now() < until) {
      const isDue = view.state === 'pending' && Date.now() >= Date.parse(String(view['expires_at']));
      if (isDue) this.change({ state: 'expired' });
      await Promise.race([
        once(this.#changes, 'change'),
        new Promise((resolve) => setTimeout(resolve, 200).unref()),
      ]);
    }
    return ok(view);
  }

  #cancel({ key }: RecordedCall, stored: Stored): Reply {
    if (key !== null && key !== stored.key) return NOT_FOUND;
    if (!['pending', 'approved'].includes(stored.view.state))
      return refusal({ status: 409, code: 'ALREADY_RESOLVED' });
    this.change({ state: 'cancelled' });
    return ok(stored.view);
  }

  #consume({ key, body }: RecordedCall, stored: Stored): Reply {
    const { view } = stored;
    if (body['action_digest'] !== view['action_digest'])
      return refusal({ status: 409, code: 'DIGEST_MISMATCH' });
    const isRepeat = stored.nonce !== null && key !== null && key === stored.consumeKey;
    if (!isRepeat) {
      if (stored.nonce !== null)
        return refusal({ status: 409, code: 'ALREADY_CONSUMED', detail: 'It was already run.' });
      if (view.state !== 'approved') return refusal({ status: 409, code: 'NOT_APPROVED' });
      stored.nonce = randomUUID();
      stored.consumeKey = key;
      this.change({ state: 'executing' });
    }
    return { status: 200, body: { grant: 'signed', nonce: stored.nonce, payload: stored.payload } };
  }

  #outcome({ body }: RecordedCall, stored: Stored): Reply {
    if (body['nonce'] !== stored.nonce) return FORBIDDEN;
    const told = JSON.stringify(body);
    if (stored.outcome !== null && stored.outcome !== told)
      return refusal({ status: 409, code: 'ALREADY_RESOLVED' });
    stored.outcome = told;
    this.change({ state: body['status'] });
    return ok(stored.view);
  }
}
