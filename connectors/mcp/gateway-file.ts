import { open } from 'node:fs/promises';
import { Ended, EXIT } from '../guard/exit-codes.ts';
import { parseStrictJson } from '../http/strict-json.ts';
import { type Reach, reachOf, UnusableVariable } from './reach.ts';
import { type DownstreamEntry, GatewayFile } from './schema-gateway.ts';

const LARGEST_FILE = 256 * 1024;

export interface GatewaySettings {
  readonly environment: string;
  readonly servers: ReadonlyMap<string, { readonly reach: Reach; readonly pins: DownstreamEntry['pins'] }>;
}

/**
 * It may hold credentials: no text here may quote a value, and nobody else may read the file. What it
 * names by a variable is taken from the gateway's own environment.
 */
export async function readGatewayFile(
  path: string,
  environment: NodeJS.ProcessEnv,
): Promise<GatewaySettings> {
  const file = await open(path, 'r').catch(() => {
    throw unusable(path, 'cannot be read');
  });
  try {
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0) throw unusable(path, 'can be read by others than its owner: chmod 600 it');
    if (size > LARGEST_FILE) throw unusable(path, 'is larger than 256 KiB');
    const parsed = parseStrictJson(await file.readFile());
    if (!parsed.ok) throw unusable(path, 'is not JSON that means one thing');
    const read = GatewayFile.safeParse(parsed.value);
    if (read.success) return settingsOf(read.data, path, environment);
    const [issue] = read.error.issues;
    throw unusable(path, `is wrong at /${(issue?.path ?? []).join('/')} (${issue?.code ?? 'unknown'})`);
  } finally {
    await file.close();
  }
}

function settingsOf(file: GatewayFile, path: string, environment: NodeJS.ProcessEnv): GatewaySettings {
  try {
    const servers = Object.entries(file.servers).map(
      ([name, entry]) => [name, { reach: reachOf(entry, environment), pins: entry.pins }] as const,
    );
    return { environment: file.environment, servers: new Map(servers) };
  } catch (cause) {
    if (!(cause instanceof UnusableVariable)) throw cause;
    throw unusable(path, `names ${cause.message}`);
  }
}

function unusable(path: string, why: string): Ended {
  return new Ended(EXIT.usage, `the gateway file ${path} ${why}. Nothing was started.`);
}
