import { createHash } from 'node:crypto';
import { type CallToolResult, Client, SdkHttpError, type Tool } from '@modelcontextprotocol/client';
import { canonicalJson, type Json } from '../../bot/core/canonical-json.ts';
import type { Reach } from './reach.ts';

export interface Defined {
  readonly tool: Tool;
  readonly digest: string;
  /** The connection that this definition was read from. */
  readonly from: Client;
}

/** Nothing has left: the call did not happen, and does not. */
export class NotSent extends Error {}

const CONNECT_MS = 15_000;
const LIST_MS = 10_000;
const CALL_MS = 300_000;
const MOST_TOOLS = 200;
const LARGEST_DEFINITION = 64 * 1024;
/** The protocol says 404; its library's own server says 400. */
const LOST_SESSION: readonly number[] = [400, 404];
const NAME = /^[A-Za-z0-9_.-]{1,96}$/;

/** One server behind the gateway. It is connected to when it is first needed, and again when it is gone. */
export class Downstream {
  readonly #reach: Reach;
  readonly #version: string;
  #client: Promise<Client> | null = null;

  constructor(reach: Reach, version: string) {
    this.#reach = reach;
    this.#version = version;
  }

  /** Asked anew each time: what was listed before may have changed. */
  async tools(): Promise<ReadonlyMap<string, Defined>> {
    const { tools, from } = await this.#list();
    if (tools.length > MOST_TOOLS) throw new RangeError('too many tools');
    const defined = new Map<string, Defined>();
    for (const tool of tools) {
      // One name for two tools: which of them was shown is not which of them runs.
      if (defined.has(tool.name)) throw new RangeError('two tools of one name');
      const text = canonicalJson(JSON.parse(JSON.stringify(tool)) as Json);
      if (!NAME.test(tool.name) || Buffer.byteLength(text) > LARGEST_DEFINITION) continue;
      const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
      defined.set(tool.name, { tool, digest, from });
    }
    return defined;
  }

  /**
   * Sent once, and to the very connection that the definition was read from: what is started or spoken to
   * in its place may define the tool otherwise. Whatever is not its result is thrown.
   */
  async call({ tool, from }: Defined, input: Record<string, unknown>): Promise<CallToolResult> {
    if (from.transport === undefined) throw new NotSent();
    const limits = { timeout: CALL_MS, maxTotalTimeout: CALL_MS };
    // Given the definition, the library does not call again where the server finds fault with a header.
    const options = { ...limits, toolDefinition: tool };
    const result = await from.callTool({ name: tool.name, arguments: input }, options);
    return this.#without(result as CallToolResult);
  }

  /** What goes to the agent, without what this server was given. */
  #without<T>(said: T): T {
    let text = JSON.stringify(said);
    for (const value of this.#reach.secrets) {
      if (value.length >= 8) text = text.replaceAll(JSON.stringify(value).slice(1, -1), '[credential]');
    }
    return JSON.parse(text) as T;
  }

  shown({ tool }: Defined, name: string): Tool {
    return { ...this.#without(tool), name };
  }

  async close(): Promise<void> {
    await this.#client?.then((client) => client.close()).catch(() => undefined);
  }

  async #list(): Promise<{ readonly tools: readonly Tool[]; readonly from: Client }> {
    const from = await this.#connected();
    try {
      return { tools: await listedBy(from), from };
    } catch (cause) {
      if (!(cause instanceof SdkHttpError && LOST_SESSION.includes(cause.status))) throw cause;
      // A server over HTTP that was started anew does not know the session. Its list may be asked again.
      await from.close();
      const anew = await this.#connected();
      return { tools: await listedBy(anew), from: anew };
    }
  }

  #connected(): Promise<Client> {
    if (this.#client !== null) return this.#client;
    const forget = () => {
      if (this.#client === connecting) this.#client = null;
    };
    const connecting = this.#connect(forget).catch((cause) => {
      forget();
      throw cause;
    });
    this.#client = connecting;
    return connecting;
  }

  async #connect(forget: () => void): Promise<Client> {
    const client = new Client(
      { name: 'keyturn-gateway', version: this.#version },
      // A server that asks for another round would be called again, and nobody has approved that.
      { versionNegotiation: { mode: 'auto' }, inputRequired: { autoFulfill: false } },
    );
    client.onclose = forget;
    await client.connect(this.#reach.open(), { timeout: CONNECT_MS });
    return client;
  }
}

/** However many pages it takes. */
async function listedBy(client: Client): Promise<readonly Tool[]> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), LIST_MS);
  const limits = { timeout: LIST_MS, signal: over.signal };
  try {
    return (await client.listTools(undefined, { ...limits, cacheMode: 'bypass' })).tools;
  } finally {
    clearTimeout(timer);
  }
}
