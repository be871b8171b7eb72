import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What the model asks for in its first answer: shell commands, or calls of one named tool. */
export interface Wish {
  readonly tool?: string;
  /** Of a tool of an MCP server: `mcp__` and the server's name. */
  readonly namespace?: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface StubModel {
  readonly url: string;
  /** What the agent told the model about its calls. */
  readonly results: string[];
  close(): void;
}

type Body = { readonly tools?: readonly { readonly name?: string }[]; readonly [name: string]: unknown };

/**
 * A model that asks for the same dangerous calls in every session and then says that it is done. It
 * speaks Anthropic's Messages and OpenAI's Responses, as far as the two agents need them.
 */
export async function startStubModel(wishes: readonly Wish[]): Promise<StubModel> {
  const results: string[] = [];
  let calls = 0;
  const server = createServer(async (incoming, response) => {
    const said = await text(incoming);
    const body = (said === '' ? {} : JSON.parse(said)) as Body;
    calls += 1;
    if (isPost(incoming, '/v1/messages')) return messages(body, response, wishes, results, calls);
    if (isPost(incoming, '/v1/responses')) return responses(body, response, wishes, results, calls);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    results,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function isPost({ method, url = '' }: IncomingMessage, path: string): boolean {
  return method === 'POST' && url.split('?')[0] === path;
}

function stream(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
}

function messages(
  body: Body,
  response: ServerResponse,
  wishes: readonly Wish[],
  results: string[],
  n: number,
) {
  const send = stream(response);
  const said = JSON.stringify(body['messages']);
  const isDone = said.includes('"tool_result"');
  if (isDone) results.push(said);
  const asks = !isDone && (body.tools ?? []).some(({ name }) => name === 'Bash');
  const message = { id: `msg_${n}`, type: 'message', role: 'assistant', model: body['model'], content: [] };
  const usage = { input_tokens: 1, output_tokens: 1 };
  send('message_start', { message: { ...message, stop_reason: null, stop_sequence: null, usage } });
  const blocks = asks
    ? wishes.map(({ tool = 'Bash', namespace, input }, index) => ({
        block: {
          type: 'tool_use',
          id: `toolu_${n}_${index}`,
          name: namespace === undefined ? tool : `${namespace}__${tool}`,
          input: {},
        },
        delta: { type: 'input_json_delta', partial_json: JSON.stringify(input) },
      }))
    : [{ block: { type: 'text', text: '' }, delta: { type: 'text_delta', text: 'done' } }];
  for (const [index, { block, delta }] of blocks.entries()) {
    send('content_block_start', { index, content_block: block });
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  const stop_reason = asks ? 'tool_use' : 'end_turn';
  send('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 1 } });
  send('message_stop', {});
  response.end();
}

function responses(
  body: Body,
  response: ServerResponse,
  wishes: readonly Wish[],
  results: string[],
  n: number,
) {
  const send = stream(response);
  const said = JSON.stringify(body['input']);
  const isDone = said.includes('"function_call_output"');
  if (isDone) results.push(said);
  send('response.created', { response: { id: `resp_${n}` } });
  const items = isDone
    ? [{ type: 'message', id: 'm', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] }]
    : wishes.map(({ tool = 'exec_command', namespace, input }, index) => ({
        type: 'function_call',
        ...(namespace === undefined ? {} : { namespace }),
        id: `fc_${n}_${index}`,
        call_id: `call_${n}_${index}`,
        name: tool,
        arguments: JSON.stringify(tool === 'exec_command' ? { cmd: input['command'] } : input),
      }));
  for (const [output_index, item] of items.entries())
    send('response.output_item.done', { output_index, item });
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
  send('response.completed', { response: { id: `resp_${n}`, usage } });
  response.end();
}
