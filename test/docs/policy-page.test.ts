import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rulebookOf } from '../../bot/cli/policy-file.ts';
import { REFUSALS } from '../../bot/core/refusal.ts';
import { lintPolicy } from '../../bot/policy-file/lint-policy.ts';
import { readPolicyFile } from '../../bot/policy-file/read.ts';
import { runTest } from '../../bot/policy-file/run-tests.ts';
import { REASON_TEXT, REFUSAL_TEXT } from '../../bot/views/refusals.ts';

const PAGE = new URL('../../.github/docs/policy.md', import.meta.url);
const page = readFileSync(PAGE, 'utf8');
const NOW = Date.UTC(2026, 10, 25, 10);

const base = /```yaml base\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
const recipes = [...page.matchAll(/### ([^\n]+)\n[\s\S]*?```yaml recipe\n([\s\S]*?)```/g)].map(
  ([, title = '', yaml = '']) => [title, yaml] as const,
);

function load(yaml: string) {
  const read = readPolicyFile(`${base}${yaml}`);
  if (!read.ok)
    throw new Error(read.problems.map(({ line, path, message }) => `${line} ${path}: ${message}`).join('\n'));
  return read.file;
}

describe('the recipes of the policy page', () => {
  it('are eleven', () => {
    expect(recipes.map(([title]) => title)).toHaveLength(11);
  });

  it.each(recipes)('%s loads, warns of nothing, and passes its own tests', (_title, yaml) => {
    const file = load(yaml);
    expect(lintPolicy(file)).toEqual([]);
    const rulebook = rulebookOf(file);
    expect(file.tests.length).toBeGreaterThanOrEqual(2);
    for (const test of file.tests) expect([test.name, runTest(rulebook, test, NOW)]).toEqual([test.name, []]);
  });

  it.each(recipes)('%s: its tests notice when its rules are gone', (_title, yaml) => {
    const file = load(yaml);
    const rulebook = rulebookOf(file);
    const bare = {
      ...rulebook,
      policy: {
        ...rulebook.policy,
        rules: [],
        freezes: [],
        breakGlass: [],
        default: { effect: 'deny' } as const,
      },
    };
    const failing = file.tests.filter((test) => runTest(bare, test, NOW).length > 0);
    expect(failing.length).toBeGreaterThan(0);
  });
});

const table = REFUSALS.map((code) => `| \`${code}\` | ${REFUSAL_TEXT[code]} |\n`).join('');

describe('the sentences that people are refused with', () => {
  it('stand in the table of the page as they are (KEYTURN_WRITE=1 writes it anew)', () => {
    const head = '| code | what people are told |\n|---|---|\n';
    const at = page.indexOf(head) + head.length;
    expect(at).toBeGreaterThan(head.length);
    if (process.env['KEYTURN_WRITE'] === '1') writeFileSync(PAGE, page.slice(0, at) + table);
    expect(readFileSync(PAGE, 'utf8').slice(at)).toBe(table);
  });

  it.each([...Object.entries(REFUSAL_TEXT), ...Object.entries(REASON_TEXT)])(
    '%s says what happened and what to do next, in whole sentences',
    (_code, text) => {
      expect(text).toMatch(/^[A-Z].*\.$/);
      // What happened, and then something that somebody can do.
      const sentences = text.split(/(?<=[.:]) /);
      expect(sentences.length).toBeGreaterThanOrEqual(2);
      expect(text).toMatch(
        /\b(ask|asked|send|open|use|look|try|wait|say|correct|check|have|let|fills|lift|clear|does|confirmed|remove|take|decide)\b/i,
      );
      expect(text.length).toBeLessThan(240);
      // No words that only whoever wrote it knows.
      expect(text).not.toMatch(/exclusion set|seq\b|JCS|psn_|undefined|null/);
    },
  );
});
