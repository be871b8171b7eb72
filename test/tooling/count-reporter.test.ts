// CI believes the last line and the exit code, so every way a run can go wrong is tried for real: a
// vitest of its own, with our settings, over a small tree.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const CONFIG = join(import.meta.dirname, 'vitest.config.ts');

const trees: string[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true, force: true });
});

function runTests(files: Readonly<Record<string, string>>): {
  ok: boolean;
  output: string;
  lastLine: string;
} {
  const tree = mkdtempSync(join(tmpdir(), 'keyturn-count-'));
  trees.push(tree);
  mkdirSync(join(tree, 'test'));
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  writeFileSync(join(tree, 'package.json'), '{ "type": "module" }');
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(tree, 'test', name), `import { describe, beforeAll, it } from 'vitest';\n${text}\n`);
  }
  const { status, stdout } = spawnSync(
    process.execPath,
    [VITEST, 'run', '--config', CONFIG, '--root', tree],
    {
      encoding: 'utf8',
      env: { ...process.env, CI: 'true', NO_COLOR: '1' },
    },
  );
  return { ok: status === 0, output: stdout, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '' };
}

const PASSING = "it('passes', () => {});";

describe('the count reporter', () => {
  it('counts what passed, and names what was skipped with its reason', () => {
    const { ok, output, lastLine } = runTests({
      'a.test.ts': `${PASSING}\nit('asks redis', (ctx) => ctx.skip('needs redis'));`,
    });
    expect(lastLine).toBe('1 passed, 0 failed, 1 skipped');
    expect(output).toContain('skipped: test/a.test.ts > asks redis: needs redis\n');
    expect(ok).toBe(true);
  });

  it.each([
    ['a test fails', '1 passed, 1 failed', `${PASSING} it('fails', () => { throw new Error('no'); });`],
    ['a file cannot be loaded', '0 passed, 1 failed', `${PASSING} throw new Error('broken file');`],
    [
      'a hook of a suite throws',
      '1 passed, 1 failed, 1 skipped',
      `${PASSING} describe('suite', () => { beforeAll(() => { throw new Error('no'); }); it('is not reached', () => {}); });`,
    ],
    [
      'a promise is rejected outside every test',
      '1 passed, 1 failed',
      `${PASSING} Promise.reject(new Error('lost'));`,
    ],
    ['every test was skipped', '0 passed, 1 failed, 1 skipped', "it.skip('later', () => {});"],
  ])('fails the run when %s', (_when, expected, text) => {
    const { ok, lastLine } = runTests({ 'a.test.ts': text });
    expect(lastLine).toBe(expected);
    expect(ok).toBe(false);
  });

  it('fails the run when there are no tests at all', () => {
    const { ok, lastLine } = runTests({});
    expect(lastLine).toBe('0 passed, 1 failed');
    expect(ok).toBe(false);
  });
});
