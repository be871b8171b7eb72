import { isJsonArray, isJsonObject, type Json } from '../core/canonical-json.ts';
import type { Finding, Path } from './problem.ts';
import type { PolicyFile } from './schema.ts';

type Issue = NonNullable<ReturnType<typeof PolicyFile.safeParse>['error']>['issues'][number];

/** What zod found, in words for whoever writes the file. `data` is what it looked at, standing at `at`. */
export function toFindings(issues: readonly Issue[], data: Json | undefined, at: Path): Finding[] {
  return issues.flatMap((issue) => {
    const inside = issue.path.filter((step) => typeof step !== 'symbol');
    const path = [...at, ...inside];
    const value = valueAt(data, inside);
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({
          path: [...path, key],
          message: 'is not a key that can stand here',
        }));
      case 'invalid_union':
        if (value !== undefined && issue.message !== 'Invalid input')
          return [{ path, message: issue.message }];
        return ofUnion(issue.errors, value, path);
      case 'invalid_key':
        return toFindings(issue.issues, inside.at(-1), path);
      case 'invalid_type':
        return [{ path, message: ofType(issue.message, issue.expected, value) }];
      case 'invalid_value':
        return [{ path, message: ofChoice(issue.message, issue.values, value) }];
      default:
        return [{ path, message: issue.message }];
    }
  });
}

function ofType(message: string, expected: string, value: Json | undefined): string {
  if (value === undefined) return 'is missing';
  if (!message.startsWith('Invalid input')) return message;
  const wanted = {
    record: 'a section',
    object: 'a section',
    array: 'a list',
    string: 'text',
    int: 'a whole number',
  };
  const words = Object.hasOwn(wanted, expected) ? wanted[expected as keyof typeof wanted] : `a ${expected}`;
  // `api_token_sha256: 123…` without quotes is a number, and a number has lost its digits already.
  const quotes = expected === 'string' && typeof value === 'number' ? ': put it in quotes' : '';
  return `must be ${words}${quotes}`;
}

function ofChoice(message: string, values: readonly unknown[], value: Json | undefined): string {
  if (value === undefined) return 'is missing';
  return message.startsWith('Invalid')
    ? `must be ${values.join(', ')}`.replace(/, ([^,]*)$/, ' or $1')
    : message;
}

/** One value or a list of them: what was written says which was meant. */
function ofUnion(branches: readonly (readonly Issue[])[], value: Json | undefined, path: Path): Finding[] {
  if (value === undefined) return [{ path, message: 'is missing' }];
  const fits = branches.find((issues) =>
    issues.every(
      (issue) => issue.path.length > 0 || (issue.code !== 'invalid_type' && issue.code !== 'invalid_value'),
    ),
  );
  const meant = fits ?? branches[isJsonArray(value) ? branches.length - 1 : 0] ?? [];
  return toFindings(meant, value, path);
}

function valueAt(data: Json | undefined, path: Path): Json | undefined {
  let value = data;
  for (const step of path) {
    if (value === undefined) return undefined;
    if (typeof step === 'number') value = isJsonArray(value) ? value[step] : undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}
