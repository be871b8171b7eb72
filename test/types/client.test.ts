// Read by `npm run types`: each line below that compiles where it must not is an error there.
import { tool as langchainTool } from '@langchain/core/tools';
import { tool as openaiTool } from '@openai/agents';
import { tool as aiTool } from 'ai';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { holdTool as holdForAi } from '../../connectors/client/ai-sdk.ts';
import { type Gate, type GateCode, GateError } from '../../connectors/client/gate.ts';
import { holdTool as holdForLanggraph } from '../../connectors/client/langgraph.ts';
import { holdTool as holdForOpenai } from '../../connectors/client/openai-agents.ts';

const ASKED = { action: 'db.export', target: 'postgres/prod/orders', reason: 'FIN-231' };
const HOW = { target: 'postgres/prod/orders' };
const schema = z.object({ table: z.string() });

const mustNotCompile = (gate: Gate) => [
  // @ts-expect-error: a date would be shown as a text, and the function would be given that text.
  gate({ ...ASKED, payload: { at: new Date() } }, () => 1),
  // @ts-expect-error: what is undefined is not shown at all.
  gate({ ...ASKED, payload: { at: undefined } }, () => 1),
  // @ts-expect-error: a payload is an object.
  gate({ ...ASKED, payload: ['x'] }, () => 1),
  // @ts-expect-error: nothing runs without a payload, or nobody would know what was approved.
  gate(ASKED, () => 1),
  // @ts-expect-error: the function gets what was approved, and that has no such field.
  gate({ ...ASKED, payload: { rows: 1 } }, ({ table }) => table),
  // @ts-expect-error: nor may it change that.
  gate({ ...ASKED, payload: { rows: 1 } as { readonly rows: number } }, (payload) => (payload.rows = 2)),
  // @ts-expect-error: there is no way to let it run unasked.
  gate({ ...ASKED, payload: {} }, () => 1, { onUnreachable: 'run' }),
  // @ts-expect-error: a misspelt key is no key.
  gate({ ...ASKED, payload: {}, onBehalf: 'alice' }, () => 1),
  openaiTool({
    name: 'x',
    description: '',
    parameters: schema,
    // @ts-expect-error: a held tool knows its input by the schema, and that has no such field.
    execute: holdForOpenai('x', ({ rows }) => String(rows), HOW),
  }),
  // @ts-expect-error: the same.
  aiTool({ inputSchema: schema, execute: holdForAi('x', ({ rows }) => String(rows), HOW) }),
  // @ts-expect-error: a tool that is held without a target is not held.
  holdForLanggraph('x', () => '', {}),
];

const mustCompile = (gate: Gate) => {
  const length: Promise<number> = gate(
    { ...ASKED, payload: { statement: 'SELECT 1' } },
    async ({ statement }, { signal, request }) => (signal.aborted ? 0 : statement.length + request.id.length),
  );
  const code: GateCode = new GateError('REFUSED', 'no').code;
  return [
    length,
    code,
    openaiTool({
      name: 'x',
      description: '',
      parameters: schema,
      execute: holdForOpenai('x', ({ table }) => table.length, HOW),
    }),
    aiTool({ inputSchema: schema, execute: holdForAi('x', ({ table }) => table.length, HOW) }),
    langchainTool(
      holdForLanggraph('x', ({ table }: z.infer<typeof schema>) => table.length, HOW),
      { name: 'x', schema },
    ),
  ];
};

it('knows by its types what a payload is, and what a held tool is given', () => {
  expect([mustNotCompile, mustCompile]).toHaveLength(2);
});
