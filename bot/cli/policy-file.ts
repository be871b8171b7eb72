import { readFileSync } from 'node:fs';
import type { PersonId } from '../core/request.ts';
import { actionsAsWritten } from '../policy-file/actions.ts';
import { compileRulebook } from '../policy-file/compile.ts';
import { formatProblem, type Path } from '../policy-file/problem.ts';
import { readPolicyFile } from '../policy-file/read.ts';
import type { PolicyFile } from '../policy-file/schema.ts';
import type { Rulebook } from '../ports/rulebook.ts';

/** What a subcommand has to say, and how it ends. */
export interface Report {
  readonly end: 'ok' | 'failed' | 'unsound';
  readonly text: string;
}

export type Read =
  | { readonly ok: true; readonly file: PolicyFile; readonly lineOf: (path: Path) => number }
  /** What to print instead. */
  | { readonly ok: false; readonly text: string };

/** The file as the server would read it, or everything that is wrong with it. */
export function readPolicyAt(path: string): Read {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, text: `${path} cannot be read: ${why}\n` };
  }
  const result = readPolicyFile(text);
  if (result.ok) return result;
  const { problems } = result;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return {
    ok: false,
    text: `${problems.map((problem) => `${formatProblem(path, problem)}\n`).join('')}${count}\n`,
  };
}

/** Without a database: people go by their keys. */
export function rulebookOf(file: PolicyFile): Rulebook {
  return compileRulebook(file, (key) => key as PersonId, actionsAsWritten(file));
}
