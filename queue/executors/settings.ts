import { canonicalJson, type JsonObject } from '../../bot/core/canonical-json.ts';
import { type Digest, sha256Hex } from '../../bot/core/digest.ts';
import type { Executor } from '../../bot/ports/executor.ts';
import { allowedBy, isPublic } from './addresses.ts';
import { commandExecutor } from './command.ts';
import { httpExecutor } from './http.ts';
import { webhookKey } from './standard-webhook.ts';

/** What an executor of the config is, in data: it also goes to a worker on another machine. No secret is in it. */
export type ExecutorSettings =
  | {
      readonly http: {
        readonly url: string;
        readonly check_url: string | null;
        readonly allow_cidrs: readonly string[];
        readonly sign_secret_env: string;
        readonly timeout_ms: number;
      };
      readonly kind: Executor['kind'];
    }
  | {
      readonly command: {
        readonly argv: readonly string[];
        readonly cwd: string;
        readonly env: readonly string[];
        readonly timeout_ms: number;
      };
      readonly kind: Executor['kind'];
    };

/** Held by a request from its submission on: what was approved is run as it was described, or not at all. */
export function definitionOf(settings: ExecutorSettings): Digest {
  return `sha256:${sha256Hex(canonicalJson(settings as unknown as JsonObject))}`;
}

/**
 * The executor for these settings, on this machine. Throws `TypeError` when a secret that they name is
 * not set here, or is no secret.
 */
export function toExecutor(settings: ExecutorSettings, env: NodeJS.ProcessEnv, wall: () => number): Executor {
  const definition = definitionOf(settings);
  if ('command' in settings) return commandOf(settings.command, settings.kind, definition, env);
  const {
    url,
    check_url: checkUrl,
    allow_cidrs: cidrs,
    sign_secret_env: name,
    timeout_ms: timeoutMs,
  } = settings.http;
  const secret = env[name] ?? '';
  if (secret === '') throw new TypeError(`${name} is not set`);
  const addressRule = cidrs.length === 0 ? isPublic : allowedBy(cidrs);
  try {
    const key = webhookKey(secret);
    return httpExecutor(
      { url, checkUrl, key, timeoutMs, kind: settings.kind, definition },
      { wall, addressRule },
    );
  } catch (cause) {
    throw new TypeError(`${name} ${cause instanceof Error ? cause.message : 'is unusable'}`, { cause });
  }
}

/** For these settings on another machine: what is shown and checked before, without the secrets of there. */
export function executorElsewhere(settings: ExecutorSettings): Executor {
  const { kind } = settings;
  const definition = definitionOf(settings);
  return {
    ...('command' in settings
      ? commandOf(settings.command, kind, definition, {})
      : { describe: () => `posts it to ${settings.http.url}`, problems: () => [] }),
    kind,
    definition,
    secrets: [],
    run: async () => ({
      status: 'failed',
      exitCode: null,
      detail: 'runs on a worker on another machine, and not here',
      retryable: true,
    }),
  };
}

function commandOf(
  {
    argv,
    cwd,
    env: names,
    timeout_ms: timeoutMs,
  }: Extract<ExecutorSettings, { command: unknown }>['command'],
  kind: Executor['kind'],
  definition: Digest,
  env: NodeJS.ProcessEnv,
): Executor {
  return commandExecutor({ argv, cwd, env: names, timeoutMs, kind, definition }, env);
}
