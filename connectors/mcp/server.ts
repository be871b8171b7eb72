import { randomUUID } from 'node:crypto';
import { type CallToolResult, McpServer } from '@modelcontextprotocol/server';
import { type Answer, Client } from '../guard/client.ts';
import { persist } from '../guard/persist.ts';
import { sentence } from '../guard/refused.ts';
import type { Settings } from '../guard/settings.ts';
import { type RequestView, readRequest } from '../guard/wire.ts';
import { addPermissionPrompt, type PromptOptions } from './permission-prompt.ts';
import { Ask, One, Wait } from './schema.ts';

export interface McpOptions {
  readonly software: string;
  /** Left out, there is no permission-prompt tool: nobody said what the agent acts on. */
  readonly prompt?: PromptOptions;
}

const PATIENCE_MS = 10_000;
/** Below the minute after which clients give up. */
const LONGEST_WAIT_S = 50;

/**
 * What an agent may do: ask, look, wait, leave. There is no tool that approves, rejects or releases, and
 * each call goes out with the agent's own token, so this server may do nothing that the token may not.
 */
export function createServer(settings: Settings, options: McpOptions): McpServer {
  const client = new Client(settings);
  const server = new McpServer({ name: 'keyturn', version: options.software.split('/')[1] ?? '0' });
  const call = (
    method: 'GET' | 'POST',
    path: string,
    more: { body?: string; key?: string; waitMs?: number },
  ) => {
    const { waitMs = 0, ...rest } = more;
    return tell(
      persist(() => client.call({ method, path, timeoutMs: PATIENCE_MS + waitMs, ...rest }, readRequest), {
        until: Date.now() + PATIENCE_MS,
        signal: NEVER,
      }),
    );
  };
  server.registerTool(
    'request_approval',
    {
      description:
        'Ask people to approve one privileged action. Answers at once; then call wait_for_decision. ' +
        'Nobody can approve through these tools.',
      inputSchema: Ask,
    },
    (said) => {
      const body = JSON.stringify({ ...said, hold: 'ticket' });
      if (body.includes(settings.token)) return refused('the request holds the token itself');
      return call('POST', '/v1/requests', { body, key: randomUUID() });
    },
  );
  server.registerTool(
    'wait_for_decision',
    {
      description: 'Wait up to 50 seconds for people to decide; call it again while it is pending.',
      inputSchema: Wait,
    },
    ({ id, seconds = LONGEST_WAIT_S }) =>
      call('GET', `/v1/requests/${id}?wait=${seconds}&known=pending`, { waitMs: seconds * 1_000 }),
  );
  server.registerTool(
    'get_request',
    { description: 'The request as it is now.', inputSchema: One },
    ({ id }) => call('GET', `/v1/requests/${id}`, {}),
  );
  server.registerTool(
    'cancel_request',
    { description: 'Take a request back that is not needed any more.', inputSchema: One },
    ({ id }) => call('POST', `/v1/requests/${id}/cancel`, { body: '{}' }),
  );
  if (options.prompt !== undefined) addPermissionPrompt(server, settings, options.prompt);
  return server;
}

const NEVER = new AbortController().signal;

async function tell(asked: Promise<Answer<RequestView>>): Promise<CallToolResult> {
  const answer = await asked;
  if (answer.kind === 'refused') return refused(sentence(answer.refusal));
  if (answer.kind === 'unreachable') return refused(`Keyturn cannot be reached (${answer.why})`);
  return { content: [{ type: 'text', text: JSON.stringify(answer.value.raw) }] };
}

function refused(why: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: why }] };
}
