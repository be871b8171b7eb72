import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { useBrowser } from '../helpers/chromium.ts';
import { type Album, teamsStory } from './teams-story.ts';

const FOLDER = join(import.meta.dirname, '../../.github/docs/teams');
const browser = useBrowser();

it('writes the pictures of .github/docs/teams.md', async (context) => {
  const chromium = await browser(context);
  const album = await teamsStory(chromium);
  mkdirSync(FOLDER, { recursive: true });
  const tab = await chromium.newPage({ viewport: { width: 900, height: 800 } });
  for (const [name, pictures] of Object.entries(album)) {
    await tab.setContent(toPage(pictures));
    await tab.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true });
  }
  await tab.close();
}, 240_000);

/** Two columns of cards, each as it stood on Microsoft's page. */
function toPage(pictures: Album[string]): string {
  const sections = pictures.map(([caption, images]) => {
    const cards = images.map((png) => `<img src="data:image/png;base64,${png.toString('base64')}">`);
    return `<section><h2>${caption}</h2>${cards.join('')}</section>`;
  });
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${sections.join('')}`;
}

const STYLE = `
body { margin: 0; padding: 18px; columns: 2; column-gap: 18px; background: #f3f3f5; font: 600 13px Arial, sans-serif }
section { break-inside: avoid; margin-bottom: 20px } h2 { font-size: 13px; color: #555; margin: 0 0 6px }
img { display: block; width: 100%; max-width: 430px; margin-bottom: 4px; border: 1px solid #ddd; background: #fff }
`;
