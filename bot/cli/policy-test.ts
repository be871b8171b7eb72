import type { Instant } from '../core/request.ts';
import { type Difference, runTest } from '../policy-file/run-tests.ts';
import { type Report, readPolicyAt, rulebookOf } from './policy-file.ts';

/** Every test of the file, each on a line; below one that failed, what it expected and what is so. */
export function testPolicy(path: string, now: Instant): Report {
  const read = readPolicyAt(path);
  if (!read.ok) return { end: 'unsound', text: read.text };
  const { tests } = read.file;
  if (tests.length === 0) {
    return {
      end: 'ok',
      text: `${path} has no tests. Write some under "tests:"; see .github/docs/policy.md.\n`,
    };
  }
  const rulebook = rulebookOf(read.file);
  const results = tests.map((test, index) => ({
    name: test.name,
    line: read.lineOf(['tests', index]),
    differences: runTest(rulebook, test, now),
  }));
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  const lines = results.flatMap(({ name, line, differences }) =>
    differences.length === 0
      ? [`✔ ${name}`]
      : [`✘ ${name}  (${path}:${line})`, ...differences.flatMap(lined)],
  );
  const passed = tests.length - failed;
  const text = `${lines.join('\n')}\n\n${passed} passed, ${failed} failed\n`;
  return { end: failed === 0 ? 'ok' : 'failed', text };
}

function lined({ what, expected, got }: Difference): string[] {
  return [`    ${what.padEnd(9)} expected  ${expected}`, `    ${' '.repeat(9)} got       ${got}`];
}
