import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Ended, EXIT } from './exit-codes.ts';
import { type PlanSummary, summarisePlan, UnreadablePlan } from './terraform-plan.ts';

const LARGEST_SHOWN = 256 * 1024 * 1024;
const SHOWN_WITHIN_MS = 120_000;
/** A request may have 256 KiB, and the rest of it needs some. */
const LARGEST_SUMMARY = 200 * 1024;

interface Planned {
  readonly argv: readonly string[];
  readonly executable: string;
  readonly cwd: string;
  readonly environment: Record<string, string>;
}

/**
 * What the saved plan would do, as the same program says that will apply it. The plan itself is hashed
 * like every file that the command names: what people see here and what runs then are one file.
 */
export async function showPlan(plan: string, command: Planned): Promise<PlanSummary> {
  const [, verb, ...rest] = command.argv;
  if (verb !== 'apply' || rest.at(-1) !== plan) {
    throw new Ended(
      EXIT.usage,
      `--plan ${plan} goes with a command that applies it: terraform apply ${plan}. Nothing was sent.`,
    );
  }
  try {
    const summary = summarisePlan(await show(plan, command));
    if (Buffer.byteLength(JSON.stringify(summary)) > LARGEST_SUMMARY)
      throw new UnreadablePlan('names more than a request can hold (200 KiB); split it');
    return summary;
  } catch (cause) {
    throw cause instanceof UnreadablePlan
      ? new Ended(EXIT.refused, `${cause.message}. Nothing was sent.`)
      : cause;
  }
}

async function show(plan: string, { executable, argv, cwd, environment }: Planned): Promise<Uint8Array> {
  const child = spawn(executable, ['show', '-json', plan], {
    argv0: argv[0],
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: SHOWN_WITHIN_MS,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  // Told by `ended` too; unheard it would end this process.
  ended.catch(() => undefined);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of child.stdout) {
    size += (part as Uint8Array).byteLength;
    if (size <= LARGEST_SHOWN) parts.push(part as Uint8Array);
    if (size > LARGEST_SHOWN) child.kill('SIGKILL');
  }
  const [code] = await ended;
  if (size > LARGEST_SHOWN) throw new UnreadablePlan('is larger than 256 MiB as JSON');
  if (code !== 0) throw new UnreadablePlan(`cannot be shown: ${argv[0]} show -json ended with ${code}`);
  return Buffer.concat(parts);
}
