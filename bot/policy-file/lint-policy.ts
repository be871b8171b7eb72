import { withoutInactive } from './active.ts';
import type { Lint } from './lint.ts';
import { lintRules } from './lint-rules.ts';
import { lintSeats } from './lint-seats.ts';
import type { Finding } from './problem.ts';
import type { PolicyFile } from './schema.ts';

/**
 * What is safe to load, and is probably not what its author means: rules that never decide, requests
 * that nobody could approve, and everything that makes the policy weaker than its default.
 */
export function lintPolicy(read: PolicyFile): readonly Finding[] {
  const findings: Finding[] = [];
  const file = withoutInactive(read);
  const lint: Lint = { file, warn: (path, message) => findings.push({ path, message }) };
  for (const [key, { owner }] of Object.entries(file.clients)) {
    if (read.people[owner]?.active === false)
      lint.warn(
        ['clients', key, 'owner'],
        `${owner} is not active: nobody who is here answers for this client`,
      );
  }
  lintRules(lint);
  lintSeats(lint);
  return findings;
}
