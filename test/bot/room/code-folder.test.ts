import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CODE_LIFE_MS, type CodeFolder, openCodeFolder } from '../../../bot/room/code-folder.ts';
import { seededRandom } from '../../helpers/seeded-random.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

function aFolder(): {
  readonly codes: CodeFolder;
  readonly path: string;
  readonly names: () => readonly string[];
} {
  const dataDir = mkdtempSync(join(tmpdir(), 'keyturn-codes-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const path = join(dataDir, 'room-codes');
  return {
    codes: openCodeFolder(dataDir, seededRandom(dataDir).bytes),
    path,
    names: () => readdirSync(path),
  };
}

it('lets a person in once, by a code that nobody can mistype', () => {
  const { codes } = aFolder();
  const code = codes.issue('bob', NOON, CODE_LIFE_MS);
  expect(code).toMatch(/^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/);
  expect(codes.redeem(` ${code.toLowerCase().replaceAll('-', ' ')}`, NOON + 1)).toBe('bob');
  expect(codes.redeem(code, NOON + 2)).toBeNull();
});

it('takes a code until its time is over and not at that moment', () => {
  const { codes, names } = aFolder();
  const [inTime, late] = [codes.issue('bob', NOON, 60_000), codes.issue('bob', NOON, 60_000)];
  expect(codes.redeem(inTime, NOON + 59_999)).toBe('bob');
  expect(codes.redeem(late, NOON + 60_000)).toBeNull();
  expect(names()).toEqual([]);
});

it('keeps no code, only its hash, where only its own user can read it', () => {
  const { codes, path, names } = aFolder();
  const code = codes.issue('bob', NOON, CODE_LIFE_MS);
  const [name = ''] = names();
  expect(name).toMatch(/^[0-9a-f]{64}$/);
  expect(`${name}${readFileSync(join(path, name), 'utf8')}`).not.toContain(code.slice(0, 4));
  expect(statSync(join(path, name)).mode & 0o777).toBe(0o600);
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

it.each([['../keyturn.db'], ['/etc/passwd'], [''], ['%2e%2e'], ['a'.repeat(100)]])(
  'takes %j for a code that nobody has',
  (code) => {
    const { codes } = aFolder();
    codes.issue('bob', NOON, CODE_LIFE_MS);
    expect(codes.redeem(code, NOON)).toBeNull();
  },
);

it('gives nothing for a file that is no code of ours', () => {
  const { codes, path, names } = aFolder();
  const code = codes.issue('bob', NOON, CODE_LIFE_MS);
  writeFileSync(join(path, names()[0] ?? ''), '{"person":"bob"}');
  expect(codes.redeem(code, NOON)).toBeNull();
});

it('holds a bounded number of codes, and forgets those whose time is over', () => {
  const { codes, names } = aFolder();
  for (let n = 0; n < 200; n += 1) codes.issue('bob', NOON, 60_000);
  expect(() => codes.issue('bob', NOON, 60_000)).toThrow('200 room codes wait to be used');
  codes.issue('bob', NOON + 60_000, 60_000);
  expect(names()).toHaveLength(1);
});
