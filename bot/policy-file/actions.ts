import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type ExecutorSettings, executorElsewhere, toExecutor } from '../../queue/executors/settings.ts';
import { KeyturnFault } from '../core/fault.ts';
import type { ActionSettings, ExecuteSettings } from '../ports/rulebook.ts';
import { compilePayloadSchema } from './payload-schema.ts';
import type { PolicyFile } from './schema.ts';
import type { Execute } from './schema-execute.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const MOST_SCHEMA_BYTES = 256 * 1024;

/**
 * The actions section with what it refers to: schema files beside the policy file, secrets in the
 * environment. Throws CONFIG_INVALID with everything that is missing or unusable.
 */
export function readActions(
  file: PolicyFile,
  configFile: string,
  env: Environment,
  wall: () => number,
): ReadonlyMap<string, ActionSettings> {
  const folder = dirname(resolve(configFile));
  const problems: string[] = [];
  const tried = <T>(where: string, work: () => T): T | null => {
    try {
      return work();
    } catch (cause) {
      problems.push(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`);
      return null;
    }
  };
  const actions = Object.entries(file.actions).map(([name, action]): [string, ActionSettings] => {
    const { risk, redact, payload_schema: schemaFile, execute } = action;
    const check =
      schemaFile === undefined
        ? null
        : tried(`actions.${name}.payload_schema`, () =>
            compilePayloadSchema(readSchema(resolve(folder, schemaFile))),
          );
    const run =
      execute === undefined
        ? null
        : tried(`actions.${name}.execute`, () =>
            toExecuteSettings(execute, { folder, env, wall, isRunHere: file.queue.concurrency > 0 }),
          );
    return [name, { risk, redact, payloadProblems: check ?? (() => []), execute: run }];
  });
  if (problems.length > 0) throw new KeyturnFault('CONFIG_INVALID', problems.join('\n'));
  return new Map(actions);
}

/** The same without what stands outside the file: enough to say what the policy makes of a request. */
export function actionsAsWritten(file: PolicyFile): ReadonlyMap<string, ActionSettings> {
  return new Map(
    Object.entries(file.actions).map(([name, { risk, redact }]) => [
      name,
      { risk, redact, payloadProblems: () => [], execute: null },
    ]),
  );
}

function readSchema(path: string): string {
  const { size } = statSync(path);
  if (size > MOST_SCHEMA_BYTES) throw new TypeError(`${path} is larger than ${MOST_SCHEMA_BYTES} bytes`);
  return readFileSync(path, 'utf8');
}

interface Here {
  readonly folder: string;
  readonly env: Environment;
  readonly wall: () => number;
  /** The bot itself runs what asks for no labels. */
  readonly isRunHere: boolean;
}

function toExecuteSettings(execute: Execute, { folder, env, wall, isRunHere }: Here): ExecuteSettings {
  const { runs_on: runsOn, concurrency, per_minute: perMinute = null } = execute;
  const settings = toExecutorSettings(execute, folder);
  return {
    // The secret of what runs elsewhere need not be here, and should not.
    executor:
      isRunHere && runsOn.length === 0 ? toExecutor(settings, env, wall) : executorElsewhere(settings),
    settings,
    runsOn: [...runsOn].sort(),
    concurrency,
    perMinute,
  };
}

function toExecutorSettings(execute: Execute, folder: string): ExecutorSettings {
  const { http, command, github_workflow: workflow, kind } = execute;
  if (workflow !== undefined) {
    const { installation_id, repository_id, api_url, timeout, ...rest } = workflow;
    const numbers = { installation_id: Number(installation_id), repository_id: Number(repository_id) };
    const api = { api_url: api_url.replace(/\/+$/, ''), timeout_ms: timeout };
    return { github_workflow: { ...rest, ...numbers, ...api }, kind: 'once' };
  }
  if (command !== undefined) {
    const { argv, cwd, env, timeout } = command;
    return { command: { argv, cwd: resolve(folder, cwd), env, timeout_ms: timeout }, kind };
  }
  if (http === undefined) throw new TypeError('needs one of http, command and github_workflow');
  const { url, check_url: checkUrl = null, allow_cidrs, sign_secret_env, timeout } = http;
  return { http: { url, check_url: checkUrl, allow_cidrs, sign_secret_env, timeout_ms: timeout }, kind };
}
