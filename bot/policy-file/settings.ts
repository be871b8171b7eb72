import { dirname, resolve } from 'node:path';
import { KeyturnFault } from '../core/fault.ts';
import type { WebhookKey } from '../ports/rulebook.ts';
import { type AuditSettings, readAuditSettings } from './audit-settings.ts';
import { type Environment, given } from './environment.ts';
import { type EventSettings, readEventSettings } from './event-settings.ts';
import { type KeepingSettings, readKeepingSettings } from './keeping-settings.ts';
import type { PolicyFile } from './schema.ts';
import { LoopbackHost } from './schema-names.ts';
import { isInside, KEYS_IN_DATA } from './semantics.ts';
import { readSourceSettings, type SourceSettings } from './source-settings.ts';
import { readWebhookKeys } from './webhook-keys.ts';

/** What the server needs of the file, with the environment's word over it. Paths are absolute. */
export interface Settings {
  readonly listen: { readonly host: string; readonly port: number; readonly publicUrl: string | null };
  readonly admin: { readonly host: string; readonly port: number };
  readonly dataDir: string;
  readonly keyDir: string;
  /** The name of the audit log, the first part of every checkpoint's origin. */
  readonly log: string;
  readonly audit: AuditSettings;
  readonly queue: Queue;
  readonly keeping: KeepingSettings;
  readonly events: readonly EventSettings[];
  readonly mcp: boolean;
  readonly sources: SourceSettings;
  readonly webhookKeys: ReadonlyMap<string, readonly WebhookKey[]>;
}

type Queue =
  | { readonly driver: 'embedded'; readonly concurrency: number }
  | { readonly driver: 'bullmq'; readonly redisUrl: string; readonly concurrency: number };

/** Throws CONFIG_INVALID with everything that is wrong, each by the name of its variable or key. */
export function readSettings(file: PolicyFile, configFile: string, env: Environment): Settings {
  const folder = dirname(resolve(configFile));
  const problems: string[] = [];
  const port = portOf(env['PORT'], file.listen.port, problems);
  const dataDir = dataDirOf(file, configFile, env);
  const keyDir = resolve(given(env['KEYTURN_KEY_DIR']) ?? resolve(folder, file.key_dir));
  if (isInside(keyDir, dataDir)) {
    problems.push(
      `${given(env['KEYTURN_KEY_DIR']) === undefined ? 'key_dir' : 'KEYTURN_KEY_DIR'} ${KEYS_IN_DATA}`,
    );
  }
  const host = given(env['HOST']) ?? file.listen.host;
  // While everything stays on this machine there is one listener, and `admin` is not used.
  const twoListeners = file.listen.public_url !== undefined || !LoopbackHost.safeParse(host).success;
  if (twoListeners && port !== 0 && port === file.admin.port) {
    problems.push(`${portName(env)} and admin.port must differ: both are ${port}`);
  }
  const audit = readAuditSettings(file.audit, { folder, dataDir, keyDir }, env, problems);
  const queue = readQueue(file.queue, env, problems);
  const sources = readSourceSettings(file, env, problems);
  const webhookKeys = readWebhookKeys(file, env, problems);
  const keeping = readKeepingSettings(file.audit, { folder, dataDir }, env, problems);
  const events = readEventSettings(file.events, env, problems);
  if (problems.length > 0) throw new KeyturnFault('CONFIG_INVALID', problems.join('; '));
  return {
    listen: { host, port, publicUrl: publicUrl(file.listen.public_url) },
    admin: file.admin,
    dataDir,
    keyDir,
    log: file.audit.log,
    audit,
    queue,
    keeping,
    events,
    mcp: file.mcp,
    sources,
    webhookKeys,
  };
}

/** A path in the file starts where the file is; one from the shell, where the shell is. */
export function dataDirOf(file: PolicyFile, configFile: string, env: Environment): string {
  return resolve(given(env['KEYTURN_DATA_DIR']) ?? resolve(dirname(configFile), file.data_dir));
}

function readQueue(
  { driver, redis_url_env: named, concurrency }: PolicyFile['queue'],
  env: Environment,
  problems: string[],
): Queue {
  if (driver === 'embedded') {
    if (named !== undefined) problems.push('queue.redis_url_env is for the driver bullmq');
    return { driver, concurrency };
  }
  const name = named ?? 'REDIS_URL';
  const redisUrl = given(env[name]) ?? '';
  if (!/^rediss?:\/\//.test(redisUrl))
    problems.push(`${name} must hold a redis:// or rediss:// URL, for queue.driver: bullmq`);
  return { driver, redisUrl, concurrency };
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
