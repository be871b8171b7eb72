import {
  Agent,
  type AgentInputItem,
  type Model,
  type ModelRequest,
  type ModelResponse,
  Runner,
  setTracingDisabled,
  tool,
  Usage,
} from '@openai/agents';
import { z } from 'zod';
import { holdTool } from '../../../connectors/client/openai-agents.ts';
import { type Asked, holdsTools } from '../../conformance/held-tools.ts';

setTracingDisabled(true);

/** Asks for its calls at first, and is done once it has read what came of them. */
class StubModel implements Model {
  readonly told: Record<string, string> = {};
  readonly #asked: readonly Asked[];

  constructor(asked: readonly Asked[]) {
    this.#asked = asked;
  }

  async getResponse({ input }: ModelRequest): Promise<ModelResponse> {
    const items: readonly AgentInputItem[] = typeof input === 'string' ? [] : input;
    const results = items.flatMap((item) => (item.type === 'function_call_result' ? [item] : []));
    for (const { callId, output } of results)
      this.told[callId] = typeof output === 'string' ? output : JSON.stringify(output);
    if (results.length > 0)
      return answer([
        {
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'done' }],
        },
      ]);
    return answer(
      this.#asked.map(({ call, input: wanted }) => ({
        type: 'function_call',
        callId: call,
        name: 'export_orders',
        arguments: JSON.stringify(wanted),
        status: 'completed',
      })),
    );
  }

  // biome-ignore lint/correctness/useYield: it is never streamed from
  async *getStreamedResponse(): AsyncGenerator<never> {
    throw new Error('is not streamed from');
  }
}

function answer(output: ModelResponse['output']): ModelResponse {
  return { usage: new Usage(), output };
}

holdsTools('openai-agents', async ({ asked, tool: exported, holding, signal }) => {
  const model = new StubModel(asked);
  const exportOrders = tool({
    name: 'export_orders',
    description: 'Exports a table',
    parameters: z.object({ table: z.string() }),
    execute: holdTool('export_orders', ({ table }) => exported({ table }), holding),
  });
  const agent = new Agent({ name: 'stub', model, tools: [exportOrders] });
  const runner = new Runner({ tracingDisabled: true });
  await runner.run(agent, 'Export the orders.', signal === undefined ? {} : { signal });
  return Object.fromEntries(
    Object.entries(model.told).map(([call, text]) => {
      const read = /^\{/.test(text) ? (JSON.parse(text) as { readonly text?: string }) : null;
      return [call, read?.text ?? text];
    }),
  );
});
