import type { JsonObject } from '../../bot/core/canonical-json.ts';
import { valueAt } from './pointer.ts';

/** Linux takes no longer argument (MAX_ARG_STRLEN, less the NUL that ends it). */
const MOST_BYTES = 128 * 1024 - 1;

export interface ArgvProblem {
  readonly pointer: string;
  readonly problem: string;
}

/** An argument of the config that stands for a value of the payload: `{/version}`, and nothing around it. */
export function pointerIn(argument: string): string | null {
  return /^\{((?:\/(?:[^~/{}]|~[01])*)+)\}$/.exec(argument)?.[1] ?? null;
}

/**
 * What this payload may not say. A value takes the place of one whole argument and of nothing else, so
 * it can neither end it nor begin another. What is left is a value that the program would read as an
 * option; `--` before it in the config says that options are over.
 */
export function argvProblems(argv: readonly string[], payload: JsonObject): readonly ArgvProblem[] {
  const problems: ArgvProblem[] = [];
  for (const [index, argument] of argv.entries()) {
    const pointer = pointerIn(argument);
    if (pointer === null) continue;
    const value = valueAt(payload, pointer);
    const report = (problem: string) => problems.push({ pointer: `/payload${pointer}`, problem });
    if (value === undefined) report('is missing: the command needs it');
    else if (typeof value !== 'string') report('must be text: it becomes one argument');
    else if (value.includes('\0')) report('holds a NUL character, which ends an argument');
    else if (Buffer.byteLength(value) > MOST_BYTES)
      report(`is longer than ${MOST_BYTES} bytes, which no argument can be`);
    else if (value.startsWith('-') && !argv.slice(0, index).includes('--')) {
      report('begins with -, which the command would read as an option');
    }
  }
  return problems;
}

/** The arguments as they are run. MUST be called for a payload without problems only. */
export function fillArgv(argv: readonly string[], payload: JsonObject): readonly string[] {
  return argv.map((argument) => {
    const pointer = pointerIn(argument);
    return pointer === null ? argument : String(valueAt(payload, pointer));
  });
}
