import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, expect, onTestFinished, type TestContext } from 'vitest';
import { skipUnless } from './require.ts';

const CHROMIUM = '/usr/bin/chromium';
export const HAS_CHROMIUM = existsSync(CHROMIUM);

/** Without the network flags Chromium calls home, which a machine without a network answers late. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let launched: Promise<Browser> | null = null;

/** One browser for a test file. It is closed with the file. */
export function useBrowser(): (context: Pick<TestContext, 'skip'>) => Promise<Browser> {
  afterAll(async () => {
    await (await launched)?.close();
    launched = null;
  });
  return (context) => {
    skipUnless(context, 'chromium', HAS_CHROMIUM);
    launched ??= chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    return launched;
  };
}

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
}

/** Somebody's own browser: no cookie and no storage of anybody else. */
export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page itself did wrong: errors, warnings and blocked content. The test ends with none. */
  readonly complaints: string[];
  /** From here on the network may fail: a browser says so on the console, and nobody can stop it. */
  expectBrokenNetwork(): void;
}

export async function aPerson(browser: Browser, { width = 1280, height = 900, theme = 'light' }: Look = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  const page = await context.newPage();
  const complaints: string[] = [];
  let networkBreaks = false;
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (networkBreaks && text.startsWith('Failed to load resource')) return;
    complaints.push(`${message.type()}: ${text}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  const person: Person = {
    page,
    context,
    complaints,
    expectBrokenNetwork() {
      networkBreaks = true;
    },
  };
  return person;
}
