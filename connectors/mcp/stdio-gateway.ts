import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Settings } from '../guard/settings.ts';
import { Gateway } from './gateway.ts';
import { readGatewayFile } from './gateway-file.ts';

/** Serves other servers' tools on stdin and stdout, until the client closes them or we are told to end. */
export async function serveGateway(
  settings: Settings,
  options: { readonly path: string; readonly deadlineMs: number | null; readonly software: string },
): Promise<void> {
  const file = await readGatewayFile(options.path, process.env);
  const gateway = new Gateway(settings, file, options);
  const handle = serveStdio(() => gateway.server());
  await new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await gateway.close();
  await handle.close();
}
