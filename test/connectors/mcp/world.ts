import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { onTestFinished } from 'vitest';
import { tokenOf, type Who } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';

export const BIN = join(import.meta.dirname, '../../../dist/bot/cli/keyturn.js');

export const WAYS = ['stdio', '/mcp'] as const;
export const ERAS = ['2026-07-28', '2025-06-18'] as const;

/** A real Keyturn with `/mcp`, in which the agent may ask for every tool on its laptop. */
export function mcpKeyturn(changes: Parameters<typeof startKeyturn>[0] = {}): Promise<TestKeyturn> {
  const client = { actions: ['db.*', 'tool.*', 'mcp.**'], targets: ['postgres/**', 'laptop/**'] };
  return startKeyturn({ client, ...changes }, { config: { mcp: true } });
}

/** The official client, over one of the two ways, in one of the two eras of the protocol. */
export async function connect(
  keyturn: Pick<TestKeyturn, 'url'>,
  way: (typeof WAYS)[number],
  era: (typeof ERAS)[number] = '2026-07-28',
  who: Who = 'agent',
  more: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Client> {
  const versionNegotiation =
    era === '2026-07-28' ? ({ mode: { pin: era } } as const) : ({ mode: 'legacy' } as const);
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation });
  const transport =
    way === 'stdio'
      ? new StdioClientTransport({
          command: process.execPath,
          args: [BIN, 'mcp', ...more],
          env: { PATH: '/usr/bin:/bin', KEYTURN_URL: keyturn.url, KEYTURN_TOKEN: tokenOf(who), ...env },
        })
      : new StreamableHTTPClientTransport(new URL(`${keyturn.url}/mcp`), {
          requestInit: { headers: { authorization: `Bearer ${tokenOf(who)}` } },
        });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return client;
}

/** What a tool says, as the model reads it. */
export async function use(client: Client, name: string, input: Record<string, unknown>) {
  const result = await client.callTool({ name, arguments: input });
  const [first] = result.content as { type: string; text: string }[];
  const text = first?.text ?? '';
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the wire says, and asserts on it
  const said = text.startsWith('{') ? (JSON.parse(text) as any) : null;
  return { isError: result.isError === true, text, said };
}
