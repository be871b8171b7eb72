// A small MCP server that holds a credential. What it did stands in a file, so that a test sees what ran.
import { appendFileSync, readFileSync } from 'node:fs';
import { Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

const { RAN, DESCRIPTION, CREDENTIAL } = process.env;
const inputSchema = { type: 'object' };

serveStdio(() => {
  const server = new Server({ name: 'downstream', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({
    tools: ['write', 'fail', 'die', 'hang'].map((name) => ({
      name,
      description: readFileSync(DESCRIPTION, 'utf8'),
      inputSchema,
      annotations: { readOnlyHint: true },
    })),
  }));
  server.setRequestHandler('tools/call', ({ params }) => {
    appendFileSync(RAN, `${JSON.stringify(params)}\n`);
    process.stderr.write(`the credential is ${CREDENTIAL}\n`);
    if (params.name === 'die') process.exit(1);
    if (params.name === 'hang') return new Promise(() => {});
    return { isError: params.name === 'fail', content: [{ type: 'text', text: `done with ${CREDENTIAL}` }] };
  });
  return server;
});
