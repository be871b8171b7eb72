import {
  type CallToolResult,
  Client,
  type ListToolsResult,
  type Tool,
  type Transport,
} from '@modelcontextprotocol/client';
import { InMemoryTransport, Server } from '@modelcontextprotocol/server';
import { onTestFinished, vi } from 'vitest';
import { Gateway } from '../../../connectors/mcp/gateway.ts';
import type { Reach } from '../../../connectors/mcp/reach.ts';
import { rule, tokenOf } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';

/** A server behind the gateway, in this process: every connection is a new one of it. */
export class Within {
  readonly ran: unknown[] = [];
  /** How often it was started. */
  starts = 0;
  list: () => Promise<ListToolsResult> = async () => ({ tools: [this.tool()] });
  call: () => Promise<CallToolResult> = async () => ({ content: [{ type: 'text', text: 'done' }] });
  #link: Transport | null = null;

  readonly reach: Reach = { secrets: [], open: () => this.#open() };

  tool(name = 'write'): Tool {
    return { name, description: 'writes a line', inputSchema: { type: 'object' } };
  }

  /** It is gone right after its next word, and whoever spoke to it hears so before anything else. */
  leaveAfterNextWord(): void {
    const link = this.#link;
    if (link === null) throw new Error('it was never started');
    const send = link.send.bind(link);
    link.send = async (message, options) => {
      await send(message, options);
      await link.close();
    };
  }

  #open(): Transport {
    this.starts += 1;
    const [client, server] = InMemoryTransport.createLinkedPair();
    const one = new Server({ name: 'within', version: '1' }, { capabilities: { tools: {} } });
    one.setRequestHandler('tools/list', () => this.list());
    one.setRequestHandler('tools/call', ({ params }) => {
      this.ran.push(params.arguments);
      return this.call();
    });
    void one.connect(server);
    this.#link = server;
    return client;
  }
}

/** The real gateway and a real Keyturn in this process, so that a test can hold the gateway’s clock. */
export async function withinWorld() {
  const client = { actions: ['mcp.**', 'mcp_unpinned.**'], targets: ['mcp/**'] };
  const rules = [rule('reviewed', { match: { action: ['mcp.notes.*'] }, effect: 'allow' })];
  const keyturn = await startKeyturn({ client, rules });
  const behind = new Within();
  const file = { environment: 'prod', servers: new Map([['notes', { reach: behind.reach, pins: {} }]]) };
  const settings = { url: keyturn.url, token: tokenOf('agent') };
  const gateway = new Gateway(settings, file, { software: 'keyturn/test', deadlineMs: null });
  const [mine, its] = InMemoryTransport.createLinkedPair();
  await gateway.server().connect(its);
  const agent = new Client({ name: 'test', version: '1' });
  await agent.connect(mine);
  onTestFinished(async () => {
    await agent.close();
    await gateway.close();
  });
  return { keyturn, behind, agent };
}

/** The one request that there is, as soon as it is there, also while time is held. */
export async function heldOne(keyturn: TestKeyturn) {
  const items = async () => (await keyturn.get('alice', '/v1/requests')).body.items;
  await soon(async () => (await items()).length === 1);
  return (await items())[0];
}

const later = setTimeout;
export const aWhile = () => new Promise<void>((resolve) => later(resolve, 500));
const aMoment = () => new Promise<void>((resolve) => later(resolve, 20));
const MOST_MOMENTS = 500;
const STEP_MS = 10_000;

/** Waits for it while time is held. */
export async function soon(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let moments = 0; !(await isSo()); moments += 1) {
    if (moments === MOST_MOMENTS) throw new Error('it did not come');
    await aMoment();
  }
}

/** From now on time passes only by `pass`; what goes over the network has its own pace meanwhile. */
export function holdTime() {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  return async function pass(ms: number): Promise<void> {
    await aMoment();
    for (let left = ms; left > 0; left -= STEP_MS) {
      await vi.advanceTimersByTimeAsync(Math.min(left, STEP_MS));
      await aMoment();
    }
  };
}

/** Whether it has ended by now, and how. */
export function watch(work: Promise<unknown>) {
  const seen: { end: string | null } = { end: null };
  work.then(
    (value) => {
      seen.end = JSON.stringify(value);
    },
    (cause) => {
      seen.end = String(cause);
    },
  );
  return seen;
}
