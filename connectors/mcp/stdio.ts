import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Settings } from '../guard/settings.ts';
import { createServer, type McpOptions } from './server.ts';

/** Serves the tools on this process's stdin and stdout, until the client closes them. */
export async function serveOnStdio(settings: Settings, options: McpOptions): Promise<void> {
  const handle = serveStdio(() => createServer(settings, options));
  await new Promise<void>((resolve) => process.stdin.once('end', resolve).once('close', resolve));
  await handle.close();
}
