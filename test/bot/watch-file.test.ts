import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createFileWatch, type FileWatch } from '../../bot/watch-file.ts';

function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-watch-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** How many of the next looks see a change. */
function looks(watch: FileWatch, count = 4): number {
  return Array.from({ length: count }, () => watch.hasChanged()).filter(Boolean).length;
}

function watched(): { file: string; watch: FileWatch; dir: string } {
  const dir = aFolder();
  const file = join(dir, 'keyturn.yaml');
  writeFileSync(file, 'one');
  return { dir, file, watch: createFileWatch(file) };
}

it('sees nothing where nothing happens', () => {
  expect(looks(watched().watch)).toBe(0);
});

it('sees a file that is written in place, once', () => {
  const { file, watch } = watched();
  writeFileSync(file, 'two');
  expect([watch.hasChanged(), watch.hasChanged(), looks(watch)]).toEqual([false, true, 0]);
});

it('waits until whoever writes in several steps is done', () => {
  const { file, watch } = watched();
  writeFileSync(file, 'tw');
  expect(watch.hasChanged()).toBe(false);
  appendFileSync(file, 'o');
  expect(watch.hasChanged()).toBe(false);
  expect(watch.hasChanged()).toBe(true);
});

it('sees a file that an editor replaced by another one of its name', () => {
  const { dir, file, watch } = watched();
  writeFileSync(join(dir, 'new'), 'two');
  renameSync(join(dir, 'new'), file);
  expect(looks(watch)).toBe(1);
});

it('sees a file that is gone, and one that comes back with other bytes', () => {
  const { file, watch } = watched();
  rmSync(file);
  expect(looks(watch)).toBe(1);
  writeFileSync(file, 'two');
  expect(looks(watch)).toBe(1);
});

it('takes no notice of a touch, nor of the same bytes in another file', () => {
  const { dir, file, watch } = watched();
  utimesSync(file, 1, 1);
  expect(looks(watch)).toBe(0);
  writeFileSync(join(dir, 'new'), 'one');
  renameSync(join(dir, 'new'), file);
  expect(looks(watch)).toBe(0);
});

it('follows links as Kubernetes swaps them: the file never changes, the folder behind it does', () => {
  const dir = aFolder();
  for (const [folder, text] of [
    ['..2026_1', 'one'],
    ['..2026_2', 'two'],
  ] as const) {
    mkdirSync(join(dir, folder));
    writeFileSync(join(dir, folder, 'keyturn.yaml'), text);
  }
  symlinkSync('..2026_1', join(dir, '..data'));
  symlinkSync('..data/keyturn.yaml', join(dir, 'keyturn.yaml'));
  const watch = createFileWatch(join(dir, 'keyturn.yaml'));
  expect(looks(watch)).toBe(0);
  symlinkSync('..2026_2', join(dir, '..data_tmp'));
  renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
  expect(looks(watch)).toBe(1);
});
