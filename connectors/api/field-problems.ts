import type { z } from 'zod';
import { type FieldProblem, type Refusal, refuse } from '../../bot/core/refusal.ts';

/** Every offending field with its JSON pointer; an unknown field is named itself, not its parent. */
export function toRefusal(error: z.ZodError, also: readonly FieldProblem[] = []): Refusal {
  const found = error.issues.flatMap(problemsOf);
  const others = also.filter((one) => !found.some(({ pointer: known }) => known === one.pointer));
  return refuse('INVALID', { fields: [...found, ...others].slice(0, 50) });
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  const at = pointer(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: `${at}${pointer([key])}`,
      problem: 'is not a field of this call',
    }));
  }
  return [{ pointer: at, problem: issue.message }];
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
