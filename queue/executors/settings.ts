import { createPrivateKey } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../../bot/core/canonical-json.ts';
import { type Digest, sha256Hex } from '../../bot/core/digest.ts';
import type { Executor } from '../../bot/ports/executor.ts';
import { allowedBy, isPublic } from './addresses.ts';
import { commandExecutor } from './command.ts';
import { githubWorkflowExecutor } from './github-workflow.ts';
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
    }
  | {
      readonly github_workflow: {
        readonly api_url: string;
        readonly app_id: string;
        readonly private_key_env: string;
        readonly installation_id: number;
        readonly repository_id: number;
        readonly repository: string;
        readonly workflow: string;
        readonly ref: string;
        readonly inputs: Readonly<Record<string, string>>;
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
  if ('github_workflow' in settings) {
    const variable = settings.github_workflow.private_key_env;
    const privateKey = (env[variable] ?? '').replaceAll('\\n', '\n');
    if (privateKey === '') throw new TypeError(`${variable} is not set`);
    if (!isRsaKey(privateKey)) throw new TypeError(`${variable} is no RSA private key in PEM`);
    return workflowOf(settings.github_workflow, definition, privateKey, wall);
  }
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
    ...('github_workflow' in settings
      ? workflowOf(settings.github_workflow, definition, '', () => 0)
      : 'command' in settings
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

function workflowOf(
  workflow: Extract<ExecutorSettings, { github_workflow: unknown }>['github_workflow'],
  definition: Digest,
  privateKey: string,
  now: () => number,
): Executor {
  const { api_url: apiUrl, app_id: appId, repository, ref, inputs, timeout_ms: timeoutMs } = workflow;
  return githubWorkflowExecutor({
    app: { appId, privateKey, apiUrl, now },
    installation: workflow.installation_id,
    repositoryId: workflow.repository_id,
    workflow: workflow.workflow,
    ...{ repository, ref, inputs, timeoutMs, definition },
  });
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
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
