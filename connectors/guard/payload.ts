import type { NamedDigest } from './child-environment.ts';
import { findExecutable } from './executable.ts';
import { Ended, EXIT } from './exit-codes.ts';
import { type FileDigest, hashFile, hashOperands, Unhashable } from './operands.ts';
import { showPlan } from './show-plan.ts';
import type { PlanSummary } from './terraform-plan.ts';

/** The `command` payload, as approvers see it and as it comes back when it is released. */
export interface CommandPayload {
  readonly kind: 'command';
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly executable: FileDigest;
  readonly env: readonly NamedDigest[];
  readonly files: readonly FileDigest[];
  readonly stdin: string | null;
  readonly interactive?: true;
  readonly env_all?: true;
  readonly plan?: PlanSummary;
}

export interface HeldCommand {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly path: string | undefined;
  readonly pins: readonly string[];
  readonly env: readonly NamedDigest[];
  readonly stdin: string | null;
  readonly interactive: boolean;
  readonly envAll: boolean;
  /** A saved Terraform plan that the command applies, or null. */
  readonly plan: string | null;
  /** What the command gets, for the program that shows the plan. */
  readonly environment: Record<string, string>;
}

export async function buildPayload(command: HeldCommand): Promise<CommandPayload> {
  const { argv, cwd } = command;
  const path = await findExecutable(argv[0] ?? '', cwd, command.path);
  const executable = { path, sha256: await hashOrEnd(hashFile(path, cwd)) };
  const files = await hashOrEnd(hashOperands(argv, command.pins, cwd));
  // After the hash: a plan that is replaced in between is no longer the file that was hashed.
  const shown = { argv, executable: path, cwd, environment: command.environment };
  const plan = command.plan === null ? null : await showPlan(command.plan, shown);
  return {
    kind: 'command',
    argv,
    cwd,
    executable,
    env: command.env,
    files,
    stdin: command.stdin,
    ...(command.interactive ? { interactive: true } : {}),
    ...(command.envAll ? { env_all: true } : {}),
    ...(plan === null ? {} : { plan }),
  };
}

/**
 * The first file that is no longer what was submitted, or null. A file that was not there at submit
 * and is there now counts as well: nobody saw what is in it.
 */
export async function findChangedFile(payload: CommandPayload): Promise<string | null> {
  const { argv, cwd, executable, files } = payload;
  try {
    if ((await hashFile(executable.path, cwd)) !== executable.sha256) return executable.path;
    const before = new Map(files.map((file) => [file.path, file.sha256]));
    const now = await hashOperands(argv, [...before.keys()], cwd);
    return now.find((file) => before.get(file.path) !== file.sha256)?.path ?? null;
  } catch (error) {
    if (error instanceof Unhashable) return error.message;
    throw error;
  }
}

async function hashOrEnd<T>(hashing: Promise<T>): Promise<T> {
  return hashing.catch((error: unknown) => {
    if (!(error instanceof Unhashable)) throw error;
    throw new Ended(EXIT.usage, `${error.message}, so it cannot be hashed. Nothing was sent.`);
  });
}
