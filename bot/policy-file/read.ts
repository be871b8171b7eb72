import { readDraft } from './draft.ts';
import { type Finding, formatPath, type Path, type Problem } from './problem.ts';
import { PolicyFile } from './schema.ts';
import { checkSemantics } from './semantics.ts';
import { readYaml } from './yaml-source.ts';
import { toFindings } from './zod-findings.ts';

export type ReadPolicyFile =
  | { readonly ok: true; readonly file: PolicyFile; readonly lineOf: (path: Path) => number }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * The whole way from text to a policy that is safe to load. All problems come at once, in the order
 * of their lines: whoever fixes the file should have to start it twice, not ten times.
 */
export function readPolicyFile(text: string): ReadPolicyFile {
  const source = readYaml(text);
  const problems: Problem[] = source.problems.map(({ line, message }) => ({ line, path: '(yaml)', message }));
  if (source.data === null) return { ok: false, problems: tidy(problems) };

  const parsed = PolicyFile.safeParse(source.data);
  const { draft, findings } = readDraft(source.data);
  const all: Finding[] = [
    ...findings,
    ...(parsed.success ? [] : toFindings(parsed.error.issues, source.data, [])),
    ...checkSemantics(draft),
  ];
  for (const { path, message } of all)
    problems.push({ line: source.lineOf(path), path: formatPath(path), message });
  if (parsed.success && problems.length === 0) return { ok: true, file: parsed.data, lineOf: source.lineOf };
  return { ok: false, problems: tidy(problems) };
}

/** By line, and each once: an entry is read on its own and as part of the file. */
function tidy(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(
    problems.map((problem) => [`${problem.line} ${problem.path} ${problem.message}`, problem]),
  );
  return [...seen.values()].sort((a, b) => a.line - b.line);
}
