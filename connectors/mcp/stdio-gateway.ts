import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Settings } from '../guard/settings.ts';
import { Gateway } from './gateway.ts';
import { readGatewayFile } from './gateway-file.ts';

/** Serves other servers' tools on stdin and stdout, until the client closes them or we are told to end. */
export async function serveGateway(settings: Settings, path: string, software: string): Promise<void> {
  const gateway = new Gateway(settings, await readGatewayFile(path, process.env), software);
  const handle = serveStdio(() => gateway.server());
  await new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await gateway.close();
  await handle.close();
}
