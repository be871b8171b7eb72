import { AIMessage, isToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createGate } from '../../../connectors/client/gate.ts';
import { holdTool } from '../../../connectors/client/langgraph.ts';
import { tokenOf } from '../../helpers/rulebook.ts';
import { approve, startKeyturn } from '../../helpers/start-keyturn.ts';
import { review, stateOf } from '../api/world.ts';
import { nthRequest } from '../hook/world.ts';

it('a node that LangGraph runs again by itself, since its tool threw after the effect, asks anew and runs nothing unasked', async () => {
  const keyturn = await startKeyturn();
  const ran: string[] = [];
  const holding = {
    action: 'db.migrate',
    target: 'postgres/prod/orders',
    gate: createGate({ url: keyturn.url, token: tokenOf('agent') }),
  };
  const write = ({ line }: { line: string }): string => {
    ran.push(line);
    throw new Error('the connection broke');
  };
  const held = tool(holdTool('write', write, holding), {
    name: 'write',
    description: 'Writes a line',
    schema: z.object({ line: z.string() }),
  });
  const call = { id: 'call_1', name: 'write', args: { line: 'hello' }, type: 'tool_call' as const };
  const retryPolicy = { maxAttempts: 3, initialInterval: 1, maxInterval: 1 };
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('model', () => ({ messages: [new AIMessage({ content: '', tool_calls: [call] })] }))
    // A tool's error is the node's, as a program may want it that is to try again.
    .addNode('tools', new ToolNode([held], { handleToolErrors: false }), { retryPolicy })
    .addEdge(START, 'model')
    .addEdge('model', 'tools')
    .addEdge('tools', END)
    .compile();
  const done = graph.invoke({ messages: [{ role: 'user', content: 'Write hello.' }] });
  const first = await nthRequest(keyturn);
  await approve(keyturn, 'bob', first);
  const second = await nthRequest(keyturn, 2);
  expect([await stateOf(keyturn, first), second.state, ran]).toEqual(['failed', 'pending', ['hello']]);
  await review(keyturn, 'bob', second, 'reject', { comment: 'once is enough' });
  const { messages } = await done;
  expect(messages.filter(isToolMessage).map(({ content }) => String(content))).toEqual([
    expect.stringContaining('once is enough'),
  ]);
  expect(ran).toEqual(['hello']);
});
