import { open } from 'node:fs/promises';
import { Ended, EXIT } from '../guard/exit-codes.ts';
import { parseStrictJson } from '../http/strict-json.ts';
import { GatewayFile } from './schema-gateway.ts';

const LARGEST_FILE = 256 * 1024;

/** It holds credentials: no text here may quote a value, and nobody else may read the file. */
export async function readGatewayFile(path: string): Promise<GatewayFile> {
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
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    throw unusable(path, `is wrong at /${(issue?.path ?? []).join('/')} (${issue?.code ?? 'unknown'})`);
  } finally {
    await file.close();
  }
}

function unusable(path: string, why: string): Ended {
  return new Ended(EXIT.usage, `the gateway file ${path} ${why}. Nothing was started.`);
}
