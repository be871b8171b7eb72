import { dirname, resolve } from 'node:path';
import { KeyturnFault } from '../core/fault.ts';
import type { PolicyFile } from './schema.ts';
import { isInside, KEYS_IN_DATA } from './semantics.ts';

/** What the server needs of the file, with the environment's word over it. Paths are absolute. */
export interface Settings {
  readonly listen: { readonly host: string; readonly port: number; readonly publicUrl: string | null };
  readonly admin: { readonly host: string; readonly port: number };
  readonly dataDir: string;
  readonly keyDir: string;
  /** The name of the audit log, the first part of every checkpoint's origin. */
  readonly log: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws CONFIG_INVALID with everything that is wrong, each by the name of its variable or key. */
export function readSettings(file: PolicyFile, configFile: string, env: Environment): Settings {
  const folder = dirname(resolve(configFile));
  const problems: string[] = [];
  const port = portOf(env['PORT'], file.listen.port, problems);
  const dataDir = resolve(folder, given(env['KEYTURN_DATA_DIR']) ?? file.data_dir);
  const keyDir = resolve(folder, given(env['KEYTURN_KEY_DIR']) ?? file.key_dir);
  if (isInside(keyDir, dataDir)) {
    problems.push(`${given(env['KEYTURN_KEY_DIR']) === undefined ? 'key_dir' : 'KEYTURN_KEY_DIR'} ${KEYS_IN_DATA}`);
  }
  if (port !== 0 && port === file.admin.port) problems.push(`${portName(env)} and admin.port must differ: both are ${port}`);
  if (problems.length > 0) throw new KeyturnFault('CONFIG_INVALID', problems.join('; '));
  return {
    listen: { host: given(env['HOST']) ?? file.listen.host, port, publicUrl: publicUrl(file.listen.public_url) },
    admin: file.admin,
    dataDir,
    keyDir,
    log: file.audit.log,
  };
}

/** An empty variable is one that is not set, as in most shells and unit files. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function portName(env: Environment): string {
  return given(env['PORT']) === undefined ? 'listen.port' : 'PORT';
}

function portOf(text: string | undefined, fallback: number, problems: string[]): number {
  if (given(text) === undefined) return fallback;
  const port = Number(text);
  // `Number` alone would take " 80 ", "1e3" and "0x50".
  if (/^[0-9]{1,5}$/.test(text ?? '') && port <= 65_535) return port;
  problems.push(`PORT must be a number from 0 to 65535, not "${text}"`);
  return fallback;
}

function publicUrl(url: string | undefined): string | null {
  return url === undefined ? null : url.replace(/\/$/, '');
}
