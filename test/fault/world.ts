import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';

const SERVER = join(import.meta.dirname, 'server.mjs');

export type Who = 'alice' | 'bob' | 'carol' | 'agent';

export const tokenOf = (who: Who) => `${who === 'agent' ? 'ktc' : 'ktp'}_fault_token_of_${who}_0123456789`;
const hashOf = (who: Who) => createHash('sha256').update(tokenOf(who)).digest('hex');

/** Alice owns the agent, bob and carol hold the two keys. `extra` changes the policy's version. */
export const policy = (extra = '') => `version: 1
environments: [prod]
people:
  alice: { name: Alice, accounts: { api_token_sha256: ${hashOf('alice')} } }
  bob: { name: Bob, accounts: { api_token_sha256: ${hashOf('bob')} } }
  carol: { name: Carol, accounts: { api_token_sha256: ${hashOf('carol')} } }
groups: { dba: { members: [bob] }, security: { members: [carol] }, owners: { members: [alice] } }
auditors: [carol]
clear_from: [security]
clients:
  agent: { kind: agent, owner: alice, auth: { token_sha256: ${hashOf('agent')} }, actions: ["db.*"], targets: ["postgres/**"] }
plans:
  two-keys: { seats: [{ from: [dba], count: 1 }, { from: [security], count: 1 }], expires_after: 30m, usable_for: 15m }
  one-key: { seats: [{ from: [dba], count: 1 }], expires_after: 30m, usable_for: 15m }
default: { effect: require, plan: two-keys }
rules:
  - { id: one, match: { action: db.migrate }, effect: require, plan: one-key, replaces_default: true }
${extra}
limits: { open_per_requester: unlimited, new_per_minute: unlimited }
audit: { log: fault/test }
`;

/** Which point fires: the (skip + 1)th of that name, or of all, in a batch of at least that many works. */
export interface Arm {
  readonly skip: number;
  readonly name?: string;
  readonly works?: number;
}

export interface Fired {
  readonly point: string;
  readonly works: number;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the wire says, and asserts on it
  readonly body: any;
}

export interface StartOptions {
  readonly arm?: Arm;
  /** Deliveries wait until `arm` with `relay`. */
  readonly gate?: 'shut';
  readonly port?: number;
}

/** One install on disk, and the processes that come and go over it. */
export class World {
  readonly dir = mkdtempSync(join(tmpdir(), 'keyturn-fault-'));
  readonly database = join(this.dir, 'data', 'keyturn.db');
  readonly effects = join(this.dir, 'effects.jsonl');
  readonly deliveries = join(this.dir, 'deliveries.jsonl');
  readonly #marker = join(this.dir, 'marker');
  readonly #config = join(this.dir, 'keyturn.yaml');
  readonly #processes: ChildProcess[] = [];

  constructor() {
    this.setPolicy(policy());
    onTestFinished(() => {
      for (const one of this.#processes) one.kill('SIGKILL');
      rmSync(this.dir, { recursive: true, force: true });
    });
  }

  setPolicy(text: string): void {
    writeFileSync(this.#config, text);
  }

  keep<P extends ChildProcess>(child: P): P {
    this.#processes.push(child);
    return child;
  }

  /** A server process, which may be armed to die before it ever listens. */
  launch({ arm, gate, port = 0 }: StartOptions = {}): ChildProcess {
    const env = {
      PATH: process.env['PATH'],
      PORT: String(port),
      KEYTURN_CONFIG: this.#config,
      FAULT_MARKER: this.#marker,
      FAULT_DELIVERIES: this.deliveries,
      FAULT_GATE: gate,
      FAULT_ARM: arm === undefined ? undefined : JSON.stringify(arm),
    };
    return this.keep(spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  }

  async start(options: StartOptions = {}): Promise<Server> {
    const child = this.launch(options);
    const ended = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`the server ended before it listened: ${String(code ?? signal)}`);
    });
    const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
    ended.catch(() => undefined);
    return new Server(this, child, port);
  }

  /** The point at which the process killed itself. Its marker proves that it did, and is used up by this. */
  async died(child: ChildProcess): Promise<Fired> {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect([child.exitCode, child.signalCode]).toEqual([null, 'SIGKILL']);
    const fired = JSON.parse(readFileSync(this.#marker, 'utf8')) as Fired;
    rmSync(this.#marker);
    return fired;
  }

  hasMarker(): boolean {
    return existsSync(this.#marker);
  }

  linesOf(file: string): Record<string, unknown>[] {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

export class Server {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  readonly #world: World;

  constructor(world: World, child: ChildProcess, port: number) {
    this.#world = world;
    this.child = child;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** From the next point on it counts. Without `relay`, deliveries are held from now on. */
  async arm(arm: Arm, relay = false): Promise<void> {
    const armed = once(this.child, 'message');
    this.child.send({ arm, relay });
    await armed;
  }

  /** Lets waiting deliveries go on. */
  async openGate(): Promise<void> {
    const open = once(this.child, 'message');
    this.child.send({ relay: true });
    await open;
  }

  died(): Promise<Fired> {
    return this.#world.died(this.child);
  }

  async stop(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  }

  get(who: Who, path: string): Promise<Answer> {
    return this.#call('GET', who, path, undefined, undefined);
  }

  post(who: Who, path: string, body: unknown, key?: string): Promise<Answer> {
    return this.#call('POST', who, path, body, key);
  }

  async #call(method: string, who: Who, path: string, body: unknown, key: string | undefined): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokenOf(who)}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }
}
