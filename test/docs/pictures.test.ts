import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const DOCS = join(import.meta.dirname, '../../.github/docs');
const PAGES = readdirSync(DOCS).filter((name) => name.endsWith('.md'));

it('every picture that a page of the docs shows is there, and every picture there is shown', () => {
  const text = PAGES.map((name) => readFileSync(join(DOCS, name), 'utf8')).join('\n');
  const shown = [...text.matchAll(/\]\(([\w./-]+\.(?:png|webp))\)/g)].map(([, path]) => path ?? '');
  expect(shown.length).toBeGreaterThan(10);
  expect(shown.filter((path) => !existsSync(join(DOCS, path)))).toEqual([]);
  for (const folder of ['slack', 'teams'])
    for (const name of readdirSync(join(DOCS, folder))) expect(shown).toContain(`${folder}/${name}`);
});
