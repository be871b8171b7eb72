import { generateText, stepCountIs, tool } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { holdTool } from '../../../connectors/client/ai-sdk.ts';
import type { Gate } from '../../../connectors/client/gate.ts';
import { type Asked, holdsTools } from '../../conformance/held-tools.ts';

type Prompt = MockLanguageModelV3['doGenerateCalls'][number]['prompt'];

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

/** What the model reads of its calls. */
function toldIn(prompt: Prompt): Record<string, string> {
  const parts = prompt.flatMap(({ role, content }) => (role === 'tool' ? content : []));
  return Object.fromEntries(
    parts.flatMap((part) =>
      part.type === 'tool-result' && 'value' in part.output
        ? [[part.toolCallId, String(part.output.value)]]
        : [],
    ),
  );
}

function stubModel(asked: readonly Asked[]) {
  return new MockLanguageModelV3({
    doGenerate: async ({ prompt }) => {
      const isOver = Object.keys(toldIn(prompt)).length > 0;
      return {
        content: isOver
          ? [{ type: 'text', text: 'done' }]
          : asked.map(({ call, input }) => ({
              type: 'tool-call',
              toolCallId: call,
              toolName: 'export_orders',
              input: JSON.stringify(input),
            })),
        finishReason: isOver
          ? { unified: 'stop', raw: 'stop' }
          : { unified: 'tool-calls', raw: 'tool-calls' },
        usage: USAGE,
        warnings: [],
      };
    },
  });
}

holdsTools('ai-sdk', async ({ asked, tool: exported, holding, signal }) => {
  const model = stubModel(asked);
  await generateText({
    model,
    prompt: 'Export the orders.',
    maxRetries: 0,
    stopWhen: stepCountIs(3),
    tools: {
      export_orders: tool({
        description: 'Exports a table',
        inputSchema: z.object({ table: z.string() }),
        execute: holdTool('export_orders', ({ table }) => exported({ table }), holding),
      }),
    },
    ...(signal === undefined ? {} : { abortSignal: signal }),
  });
  return toldIn(model.doGenerateCalls.at(-1)?.prompt ?? []);
});

it('passes on the last of what a held tool of ai-sdk streams, once all of it has come', async () => {
  const open: Gate = async (action, run) =>
    run(action.payload, { request: { id: 'req_1', label: '1' }, signal: new AbortController().signal });
  const execute = holdTool(
    'export_orders',
    async function* (input: { readonly table: string }) {
      yield 'begins';
      yield `exported ${input.table}`;
    },
    { target: 'postgres/prod/orders', gate: open },
  );
  expect(await execute({ table: 'orders' }, { toolCallId: 'call_1' })).toBe('exported orders');
});
