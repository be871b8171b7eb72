// An MCP server with one dangerous tool, which leaves a mark in a file.
import { appendFileSync } from 'node:fs';
import { Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

const inputSchema = { type: 'object', properties: { what: { type: 'string' } }, required: ['what'] };

serveStdio(() => {
  const server = new Server({ name: 'marks', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({
    tools: [{ name: 'leave', description: 'leaves a mark', inputSchema }],
  }));
  server.setRequestHandler('tools/call', ({ params }) => {
    appendFileSync(process.env['MARK'], `${params.arguments?.['what']}\n`);
    return { content: [{ type: 'text', text: 'left' }] };
  });
  return server;
});
