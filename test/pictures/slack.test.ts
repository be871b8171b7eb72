import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { HOSTILE } from '../conformance/hostile.ts';
import { submit } from '../connectors/api/world.ts';
import { isOnPath, skipUnless } from '../helpers/require.ts';
import { slackDriver } from '../helpers/slack-driver.ts';
import { startWithSlack } from '../helpers/start-slack.ts';
import { messageToHtml, page } from './blocks-to-html.ts';
import { slackStory } from './slack-story.ts';

const FOLDER = join(import.meta.dirname, '../../.github/docs/slack');
const WIDTHS = [
  ['', 760],
  ['-phone', 390],
] as const;

async function withBrowser<T>(work: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

it('every card, window and Home fits a phone (KEYTURN_WRITE=1 writes the pictures of the docs anew)', async (context) => {
  skipUnless(context, 'chromium', isOnPath('chromium'));
  const album = await slackStory();
  mkdirSync(FOLDER, { recursive: true });
  await withBrowser(async (browser) => {
    for (const [name, pictures] of Object.entries(album)) {
      for (const [suffix, width] of WIDTHS) {
        const tab = await browser.newPage({ viewport: { width, height: 800 } });
        await tab.setContent(page(name, pictures));
        // Nothing has to be scrolled sideways, and nothing is cut off.
        expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        if (process.env['KEYTURN_WRITE'] === '1')
          await tab.screenshot({ path: join(FOLDER, `${name}${suffix}.png`), fullPage: true });
        await tab.close();
        expect(existsSync(join(FOLDER, `${name}${suffix}.png`))).toBe(true);
      }
    }
  });
}, 120_000);

it('row 12: a rendered card of hostile words has no link, no mention, no markup, and hides nothing', async (context) => {
  skipUnless(context, 'chromium', isOnPath('chromium'));
  const limits = { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } as const;
  const { slack, keyturn } = await startWithSlack(
    'http',
    { limits, notify: [toPlace('slack', '#approvals')] },
    { speed: 40 },
  );
  const face = slackDriver(slack);
  for (const [index, text] of HOSTILE.entries()) {
    const request = await submit(keyturn, {
      reason: text,
      payload: { kind: 'sql', statement: `SELECT '${text}' -- ${index}` },
    });
    await face.card('bob', request.number);
  }
  const cards = slack.messages('#approvals');
  expect(cards).toHaveLength(HOSTILE.length);
  await withBrowser(async (browser) => {
    const tab = await browser.newPage({ viewport: { width: 760, height: 800 } });
    for (const [index, { blocks }] of cards.entries()) {
      await tab.setContent(page('hostile', [['', messageToHtml(blocks)]]));
      const seen = (await tab.evaluate(`({
        strange: document.querySelectorAll('a, img, script, .mention, em, strong, code, at').length,
        buttons: [...document.querySelectorAll('button')].map((one) => one.innerText),
        text: document.body.innerText,
      })`)) as { strange: number; buttons: string[]; text: string };
      expect(seen.strange).toBe(0);
      expect(seen.buttons).toEqual(['Approve', 'Reject', 'Flag', 'View full payload']);
      for (const word of HOSTILE[index]?.match(/[A-Za-z]{4,}/g) ?? []) expect(seen.text).toContain(word);
    }
  });
}, 120_000);
