import { createMcpHandler } from '@modelcontextprotocol/server';
import type { Settings } from '../guard/settings.ts';
import { createServer } from './server.ts';

/** One message of a client, answered by a server of its own that knows that client's token and no other. */
export function answerMcp(
  request: Request,
  parsedBody: unknown,
  settings: Settings,
  software: string,
): Promise<Response> {
  const handler = createMcpHandler(() => createServer(settings, { software }));
  return handler.fetch(request, { parsedBody });
}
