import type { Browser, Locator, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { Who } from '../rulebook.ts';
import { says, until } from '../until.ts';
import type { PlaygroundWorkshop } from './start-in-playground.ts';

type Visitor = Who | 'mallory';
type Place = 'approvals' | 'Personal Chat' | 'Incidents';

/** Somebody who has the playground open at one conversation. */
export interface PlaygroundVisitor {
  readonly page: Page;
  /** Somebody else sits down before the same page. */
  actsAs(who: Visitor): void;
  /** The card of this request, as this person sees it. */
  card(number: number): Locator;
  /** Waits until it says so, and gives back all that is written on it. */
  sees(number: number, what: string | RegExp): Promise<string>;
  buttons(number: number): Promise<readonly string[]>;
  press(number: number, label: string): Promise<void>;
  /** What the button opens is filled in and sent. */
  pressWithReason(number: number, label: string, reason: string): Promise<void>;
  /** Writes where they are. */
  write(text: string): Promise<void>;
  /** The same, after the app's name out of the page's own list. */
  mention(text: string): Promise<void>;
}

/**
 * Opens Microsoft's page as somebody. The page knows one user alone, so what it sends is changed to come
 * from this one; everything that it shows is its own. It shows nothing that was written before it came.
 */
export async function visit(
  browser: Browser,
  { page: url, teams }: Pick<PlaygroundWorkshop, 'page' | 'teams'>,
  who: Visitor,
  place: Place = 'approvals',
  height = 1000,
): Promise<PlaygroundVisitor> {
  const context = await browser.newContext({ viewport: { width: 1280, height } });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const broken: string[] = [];
  page.on('pageerror', (error) => broken.push(String(error)));
  onTestFinished(() => expect(broken).toEqual([]));
  let { id } = teams.world.user(who);
  // Fonts and ornaments, from a network that no test needs.
  await page.route(/cdn\.office\.net/, (route) => route.abort());
  await page.route(/\/_conversation\/v1\//, (route) => {
    const sent = route.request().postDataJSON();
    return route.continue({ postData: JSON.stringify({ ...sent, from: { ...sent.from, id } }) });
  });
  const stream = page.waitForEvent('websocket', (socket) => socket.url().includes('conversations/stream'));
  await page.goto(url);
  await stream;
  // It lays out every message once more, and grows slower with each.
  await page.getByTitle('Hide log panel').click();
  await page.getByText(place, { exact: true }).click();

  const card = (number: number) =>
    page
      .locator('.ac-adaptiveCard')
      .filter({ hasText: new RegExp(`Request ${number} · `) })
      .first();
  const button = (number: number, label: string) =>
    card(number).getByRole('button', { name: label, exact: true });
  const box = () => page.getByRole('textbox').last();
  return {
    page,
    actsAs(other) {
      id = teams.world.user(other).id;
    },
    card,
    async sees(number, what) {
      await card(number).waitFor();
      const read = async () => ((await card(number).count()) === 0 ? '' : card(number).innerText());
      return until(async () => {
        const text = await read();
        return says(text, what) ? text : null;
      }, read);
    },
    buttons: (number) => card(number).getByRole('button').allInnerTexts(),
    press: (number, label) => button(number, label).first().click(),
    async pressWithReason(number, label, reason) {
      await button(number, label).first().click();
      const field = card(number).getByRole('textbox').locator('visible=true');
      await field.fill(reason);
      // The one that opens it stands above the one that sends it.
      await button(number, label).last().click();
    },
    async write(text) {
      await box().fill(text);
      await page.keyboard.press('Enter');
    },
    async mention(text) {
      await box().click();
      await page.keyboard.type('@Key');
      const offered = page.getByRole('menuitem', { name: 'Keyturn' });
      await offered.click();
      await offered.waitFor({ state: 'hidden' });
      await page.keyboard.type(` ${text}`);
      await page.keyboard.press('Enter');
    },
  };
}
