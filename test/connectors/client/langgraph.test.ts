import { AIMessage, type BaseMessage, isToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { z } from 'zod';
import { holdTool } from '../../../connectors/client/langgraph.ts';
import { type Asked, holdsTools } from '../../conformance/held-tools.ts';

function toldIn(messages: readonly BaseMessage[]): Record<string, string> {
  return Object.fromEntries(
    messages.filter(isToolMessage).map(({ tool_call_id, content }) => [tool_call_id, String(content)]),
  );
}

/** Asks for its calls at first, and is done once it has read what came of them. */
function stubModel(asked: readonly Asked[]) {
  return ({ messages }: typeof MessagesAnnotation.State) => {
    const isOver = messages.some(isToolMessage);
    const tool_calls = asked.map(({ call, input }) => ({
      id: call,
      name: 'export_orders',
      args: { ...input },
      type: 'tool_call' as const,
    }));
    return { messages: [new AIMessage(isOver ? 'done' : { content: '', tool_calls })] };
  };
}

holdsTools('langgraph', async ({ asked, tool: exported, holding, signal }) => {
  const exportOrders = tool(
    holdTool('export_orders', ({ table }: { table: string }) => exported({ table }), holding),
    { name: 'export_orders', description: 'Exports a table', schema: z.object({ table: z.string() }) },
  );
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('model', stubModel(asked))
    .addNode('tools', new ToolNode([exportOrders]))
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => {
      const last = messages.at(-1);
      return last instanceof AIMessage && (last.tool_calls ?? []).length > 0 ? 'tools' : END;
    })
    .addEdge('tools', 'model')
    .compile();
  const state = await graph.invoke(
    { messages: [{ role: 'user', content: 'Export the orders.' }] },
    signal === undefined ? {} : { signal },
  );
  return toldIn(state.messages);
});
