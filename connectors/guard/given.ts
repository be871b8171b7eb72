import { readFile } from 'node:fs/promises';
import { Ended, EXIT } from './exit-codes.ts';

export interface Given {
  readonly url?: string;
  readonly tokenFile?: string;
}

/**
 * The environment, with what the command line says in its place: a project's own settings may change
 * the environment of an agent, and so where its hook asks.
 */
export async function withGiven(
  environment: NodeJS.ProcessEnv,
  { url, tokenFile }: Given,
): Promise<NodeJS.ProcessEnv> {
  return {
    ...environment,
    ...(url === undefined ? {} : { KEYTURN_URL: url }),
    ...(tokenFile === undefined ? {} : { KEYTURN_TOKEN: await readTokenFile(tokenFile) }),
  };
}

async function readTokenFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Ended(EXIT.usage, `--token-file ${path} cannot be read. Nothing was sent.`);
  });
  return text.trim();
}
