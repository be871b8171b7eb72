import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { tokenOf, type Who } from '../helpers/rulebook.ts';

const SERVER = join(import.meta.dirname, 'server.mjs');

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
  readonly policy?: 1 | 2;
  /** With a face whose vendor is a file, instead of the place that only listens. */
  readonly face?: true;
  /** Every entry is streamed to `siem.jsonl`. */
  readonly sink?: true;
  /** Events are posted there. */
  readonly endpoint?: string;
}

/** One install on disk, and the processes that come and go over it. */
export class World {
  readonly dir = mkdtempSync(join(tmpdir(), 'keyturn-fault-'));
  readonly database = join(this.dir, 'data', 'keyturn.db');
  readonly effects = join(this.dir, 'effects.jsonl');
  readonly deliveries = join(this.dir, 'deliveries.jsonl');
  readonly posts = join(this.dir, 'posts.jsonl');
  readonly edits = join(this.dir, 'edits.jsonl');
  readonly stream = join(this.dir, 'siem.jsonl');
  readonly #marker = join(this.dir, 'marker');
  readonly #processes: ChildProcess[] = [];

  constructor() {
    onTestFinished(() => {
      for (const one of this.#processes) one.kill('SIGKILL');
      rmSync(this.dir, { recursive: true, force: true });
    });
  }

  keep<P extends ChildProcess>(child: P): P {
    this.#processes.push(child);
    return child;
  }

  /** A server process, which may be armed to die before it ever listens. `around` is what runs it. */
  launch(
    { arm, gate, port = 0, policy = 1, face, sink, endpoint }: StartOptions = {},
    around: readonly string[] = [],
  ): ChildProcess {
    const env = {
      PATH: process.env['PATH'],
      FAULT_DIR: this.dir,
      FAULT_PORT: String(port),
      FAULT_POLICY: String(policy),
      FAULT_GATE: gate,
      FAULT_FACE: face === undefined ? undefined : '1',
      FAULT_SINK: sink === undefined ? undefined : '1',
      FAULT_ENDPOINT: endpoint,
      FAULT_ARM: arm === undefined ? undefined : JSON.stringify(arm),
    };
    const [program = process.execPath, ...args] = [...around, process.execPath, SERVER];
    return this.keep(spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  }

  async start(options: StartOptions = {}): Promise<Server> {
    return this.listens(this.launch(options));
  }

  async listens(child: ChildProcess): Promise<Server> {
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

  linesOf(file: string): Record<string, unknown>[] {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

export class Server {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  /** Resolves when the process has ended. */
  readonly gone: Promise<unknown>;
  readonly #world: World;

  constructor(world: World, child: ChildProcess, port: number) {
    this.#world = world;
    this.child = child;
    this.gone = once(child, 'exit');
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** From the next point on it counts. Without `relay`, deliveries are held from now on. */
  async arm(arm: Arm, relay = false): Promise<void> {
    const armed = this.#told('armed');
    this.child.send({ arm, relay });
    await armed;
  }

  /** Lets waiting deliveries go on. */
  async openGate(): Promise<void> {
    const open = this.#told('armed');
    this.child.send({ relay: true });
    await open;
  }

  /** Another policy while it runs. Resolves when it is in force, and never if the process dies of it. */
  reload(policy: 1 | 2): Promise<void> {
    const reloaded = this.#told('reloaded');
    this.child.send({ reload: policy });
    return reloaded;
  }

  /** Resolves at the next commit that leaves nothing to deliver. */
  drained(): Promise<void> {
    return this.#told('drained');
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

  #told(what: string): Promise<void> {
    return new Promise((resolve) => {
      const listen = (message: object) => {
        if (!(what in message)) return;
        this.child.off('message', listen);
        resolve();
      };
      this.child.on('message', listen);
    });
  }

  async #call(
    method: string,
    who: Who,
    path: string,
    body: unknown,
    key: string | undefined,
  ): Promise<Answer> {
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
