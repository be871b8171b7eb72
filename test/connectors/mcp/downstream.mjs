// A small MCP server that holds a credential. What it did stands in a file, so that a test sees what ran.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { inputRequired, ProtocolError, Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

const { RAN, DESCRIPTION, CREDENTIAL } = process.env;
const inputSchema = { type: 'object' };
/** What a client of the 2026 protocol takes as a wish to be called again. */
const HEADER_MISMATCH = -32020;

serveStdio(() => {
  const server = new Server({ name: 'downstream', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => {
    if (existsSync(`${DESCRIPTION}-hangs`)) return new Promise(() => {});
    if (existsSync(`${DESCRIPTION}-leaves`)) setTimeout(() => process.exit(0), 50);
    const tools = ['write', 'fail', 'die', 'hang', 'mismatch', 'again', 'flood', 'garbage'];
    const description = readFileSync(DESCRIPTION, 'utf8');
    const annotations = { readOnlyHint: true };
    return { tools: tools.map((name) => ({ name, description, inputSchema, annotations })) };
  });
  server.setRequestHandler('tools/call', ({ params }) => {
    appendFileSync(RAN, `${JSON.stringify(params)}\n`);
    process.stderr.write(`the credential is ${CREDENTIAL}\n`);
    if (params.name === 'die') process.exit(1);
    if (params.name === 'hang') return new Promise(() => {});
    if (params.name === 'mismatch') throw new ProtocolError(HEADER_MISMATCH, `no: ${CREDENTIAL}`);
    if (params.name === 'again') return inputRequired({ requestState: 'once more' });
    if (params.name === 'flood') return { content: [{ type: 'text', text: 'x'.repeat(9 * 1024 * 1024) }] };
    if (params.name === 'garbage') {
      return new Promise(() => process.stdout.write(`${CREDENTIAL} {{{\n`, () => process.exit(0)));
    }
    return { isError: params.name === 'fail', content: [{ type: 'text', text: `done with ${CREDENTIAL}` }] };
  });
  return server;
});
