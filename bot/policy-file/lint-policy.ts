import type { Lint } from './lint.ts';
import { lintRules } from './lint-rules.ts';
import { lintSeats } from './lint-seats.ts';
import type { Finding } from './problem.ts';
import type { PolicyFile } from './schema.ts';

/**
 * What is safe to load, and is probably not what its author means: rules that never decide, requests
 * that nobody could approve, and everything that makes the policy weaker than its default.
 */
export function lintPolicy(file: PolicyFile): readonly Finding[] {
  const findings: Finding[] = [];
  const lint: Lint = { file, warn: (path, message) => findings.push({ path, message }) };
  lintRules(lint);
  lintSeats(lint);
  return findings;
}
