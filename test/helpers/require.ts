import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'vitest';

/** What a test may need from the machine it runs on. */
const NEEDS = ['redis', 'chromium', 'go', 'shared', 'curl', 'jq', 'openssl'] as const;
type Need = (typeof NEEDS)[number];

/**
 * Skips the test, with a printed reason, when this machine lacks what it needs. Where KEYTURN_REQUIRE names
 * that need, as in CI, the test fails instead: a skip there would be a hole nobody sees.
 */
export function skipUnless(
  context: Pick<TestContext, 'skip'>,
  what: Need,
  available: boolean,
  required: string = process.env['KEYTURN_REQUIRE'] ?? '',
): void {
  const names = toNames(required);
  if (available) return;
  if (names.includes(what)) throw new Error(`KEYTURN_REQUIRE names ${what}, but it is not on this machine`);
  context.skip(`needs ${what}, which is not on this machine`);
}

/** The folder of vectors and payloads that stands beside the clone, or null where there is none. */
export function sharedDir(root: string = join(import.meta.dirname, '../..')): string | null {
  const path = join(root, '../shared');
  return existsSync(path) ? path : null;
}

function toNames(list: string): readonly string[] {
  const names = list.split(',').map((name) => name.trim());
  // A misspelt name would require nothing and say nothing.
  const unknown = names.find((name) => name !== '' && !NEEDS.some((need) => need === name));
  if (unknown !== undefined)
    throw new Error(`KEYTURN_REQUIRE names ${unknown}; known are ${NEEDS.join(', ')}`);
  return names;
}

export function isOnPath(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}
