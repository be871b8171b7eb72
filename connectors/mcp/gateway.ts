import { randomUUID } from 'node:crypto';
import { type CallToolResult, Server, type ServerContext, type Tool } from '@modelcontextprotocol/server';
import { canonicalJson, type Json } from '../../bot/core/canonical-json.ts';
import { Client } from '../guard/client.ts';
import { persist } from '../guard/persist.ts';
import type { Settings } from '../guard/settings.ts';
import { readRequest } from '../guard/wire.ts';
import { decide, type Verdict } from '../hook/decide.ts';
import { type Defined, Downstream, NotSent } from './downstream.ts';
import type { GatewaySettings } from './gateway-file.ts';
import { toHeld } from './held-call.ts';
import { keepHearing } from './keep-hearing.ts';

/** A client that hears of progress may wait; one that does not gives up after a minute. */
const HEARING_MS = 540_000;
const SILENT_MS = 50_000;
const REPORT_MS = 10_000;
const MOST_CALLS = 50;
const SEPARATOR = '__';
type Allowed = Extract<Verdict, { allow: true }>;

interface Called {
  readonly server: string;
  readonly tool: string;
  readonly input: Record<string, unknown>;
  readonly downstream: Downstream;
  /** Whether the first who asked hears of progress, and so may wait. */
  readonly hears: boolean;
}

/** One call under way, and whoever waits for it. `join` answers how to leave. */
interface Shared {
  readonly result: Promise<CallToolResult>;
  join(): () => void;
}

/** Stands between one agent and the servers that hold the credentials. No call passes that Keyturn has not released. */
export class Gateway {
  readonly #settings: Settings;
  readonly #version: string;
  readonly #file: GatewaySettings;
  readonly #deadlineMs: number | null;
  readonly #servers: ReadonlyMap<string, Downstream>;
  readonly #leaving = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  readonly #shared = new Map<string, Shared>();

  constructor(
    settings: Settings,
    file: GatewaySettings,
    { software, deadlineMs }: { readonly software: string; readonly deadlineMs: number | null },
  ) {
    this.#settings = settings;
    this.#file = file;
    this.#deadlineMs = deadlineMs;
    this.#version = software.split('/')[1] ?? '0';
    this.#servers = new Map(
      [...file.servers].map(([name, { reach }]) => [name, new Downstream(reach, this.#version)]),
    );
  }

  server(): Server {
    const info = { name: 'keyturn-gateway', version: this.#version };
    const server = new Server(info, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', async () => ({ tools: await this.#list() }));
    server.setRequestHandler('tools/call', ({ params }, context) => {
      if (this.#running.size >= MOST_CALLS) return refused('too many calls wait already. Nothing was run.');
      const call = this.#call(params.name, params.arguments ?? {}, context);
      this.#running.add(call);
      const over = () => this.#running.delete(call);
      call.then(over, over);
      return call;
    });
    return server;
  }

  /** Whoever waits is cancelled; what runs already ends, and is reported. */
  async close(): Promise<void> {
    this.#leaving.abort();
    await Promise.allSettled(this.#running);
    await Promise.all([...this.#servers.values()].map((one) => one.close()));
  }

  async #list(): Promise<Tool[]> {
    const lists = [...this.#servers].map(async ([name, downstream]) => {
      // A server that is down has no tools; those of the others are still there.
      const tools = await downstream.tools().catch(() => new Map<string, Defined>());
      return [...tools].map(([tool, defined]) => downstream.shown(defined, `${name}${SEPARATOR}${tool}`));
    });
    return (await Promise.all(lists)).flat();
  }

  /**
   * Calls that ask exactly the same at the same time are one: it is asked once, it runs once, and all of
   * them get its result. It is given up when the last of them has left.
   */
  async #call(name: string, input: Record<string, unknown>, context: ServerContext): Promise<CallToolResult> {
    const at = name.indexOf(SEPARATOR);
    const [server, tool] = [name.slice(0, at), name.slice(at + SEPARATOR.length)];
    const downstream = this.#servers.get(server);
    if (at < 0 || downstream === undefined) return refused('no server of that name. Nothing was run.');
    const hears = context.mcpReq._meta?.progressToken !== undefined;
    const key = canonicalJson({ name, input: JSON.parse(JSON.stringify(input)) as Json });
    const shared = this.#shared.get(key) ?? this.#begin(key, { server, tool, input, downstream, hears });
    const leave = shared.join();
    const stop = keepHearing(context.mcpReq);
    context.mcpReq.signal.addEventListener('abort', leave, { once: true });
    if (context.mcpReq.signal.aborted) leave();
    try {
      return await shared.result;
    } finally {
      stop();
      context.mcpReq.signal.removeEventListener('abort', leave);
    }
  }

  #begin(key: string, call: Called): Shared {
    const here = new AbortController();
    const leave = () => here.abort();
    this.#leaving.signal.addEventListener('abort', leave, { once: true });
    if (this.#leaving.signal.aborted) leave();
    let waiting = 0;
    const shared: Shared = {
      result: this.#ask(call, here.signal).finally(() => {
        this.#leaving.signal.removeEventListener('abort', leave);
        // One that was given up may still be ending when the same is asked anew.
        if (this.#shared.get(key) === shared) this.#shared.delete(key);
      }),
      join() {
        waiting += 1;
        let isHere = true;
        return () => {
          if (!isHere) return;
          isHere = false;
          waiting -= 1;
          if (waiting === 0) forget();
        };
      },
    };
    const forget = () => {
      if (this.#shared.get(key) === shared) this.#shared.delete(key);
      here.abort();
    };
    this.#shared.set(key, shared);
    return shared;
  }

  async #ask(
    { server, tool, input, downstream, hears }: Called,
    signal: AbortSignal,
  ): Promise<CallToolResult> {
    const defined = await definitionOf(downstream, tool);
    if (defined === null) return refused(`${server} is down or has no such tool. Nothing was run.`);
    const { digest } = defined;
    const pinned = this.#file.servers.get(server)?.pins[tool] ?? null;
    const held = toHeld({ server, tool, input, digest, pinned, environment: this.#file.environment });
    const until = Date.now() + (this.#deadlineMs ?? (hears ? HEARING_MS : SILENT_MS));
    const verdict = await decide(this.#settings, { ...held, key: randomUUID(), until, signal });
    if (!verdict.allow) return refused(verdict.why);
    return this.#run(downstream, defined, verdict, signal);
  }

  /** The approval is taken: from here on it runs once or never. */
  async #run(
    downstream: Downstream,
    shown: Defined,
    verdict: Allowed,
    signal: AbortSignal,
  ): Promise<CallToolResult> {
    const { label } = verdict.request;
    const neverStarted = async (why: string) => {
      await this.#report(verdict, 'failed', 'never started');
      return refused(`Keyturn: request ${label} was approved, but ${why}. Nothing was run.`);
    };
    const seen = await definitionOf(downstream, shown.tool.name);
    if (seen?.digest !== shown.digest) return neverStarted('its definition changed or its server is down');
    if (signal.aborted) return neverStarted('nobody waits for it any more');
    const { arguments: input } = verdict.release.payload as { readonly arguments: Record<string, unknown> };
    let result: CallToolResult;
    try {
      result = await downstream.call(seen, input);
    } catch (cause) {
      if (cause instanceof NotSent) return neverStarted('its server went away');
      // Nobody knows whether it ran. Nothing is reported, so Keyturn says `unknown`, which is true.
      return refused(
        `Keyturn: request ${label} was released, and the server gave no answer. Do not retry: it may have run.`,
      );
    }
    await this.#report(verdict, result.isError === true ? 'failed' : 'succeeded');
    return result;
  }

  async #report({ request, release }: Allowed, status: 'succeeded' | 'failed', detail?: string) {
    const client = new Client(this.#settings);
    const body = JSON.stringify({
      nonce: release.nonce,
      status,
      ...(detail === undefined ? {} : { detail }),
    });
    const path = `/v1/requests/${request.id}/outcome`;
    await persist(() => client.call({ method: 'POST', path, body, timeoutMs: REPORT_MS }, readRequest), {
      until: Date.now() + REPORT_MS,
      signal: new AbortController().signal,
    });
  }
}

async function definitionOf(downstream: Downstream, tool: string): Promise<Defined | null> {
  const tools = await downstream.tools().catch(() => null);
  return tools?.get(tool) ?? null;
}

function refused(text: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text }] };
}
