import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { useBrowser } from '../helpers/chromium.ts';
import { aRoom } from './room-world.ts';

const browser = useBrowser();
const LOOKS = [
  ['light', 1280],
  ['light', 390],
  ['dark', 1280],
  ['dark', 390],
] as const;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds on the page as it is, each with where. It is put in past the page's own policy. */
async function violations(page: Page): Promise<readonly string[]> {
  const { result } = await (await page.context().newCDPSession(page)).send('Runtime.evaluate', {
    expression: `${AXE}; axe.run(document, { resultTypes: ['violations'] }).then((found) => JSON.stringify(found.violations))`,
    awaitPromise: true,
    returnByValue: true,
  });
  const found = JSON.parse(String(result.value)) as axe.Result[];
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

it.for(LOOKS)(
  'has nothing that axe-core finds, in %s at %i pixels',
  { timeout: 90_000 },
  async ([theme, width], context) => {
    const room = await aRoom(await browser(context));
    const look = { theme, width, height: 844 };
    const bob = await room.visit('bob', 'code', look);
    expect(await violations(bob.page)).toEqual([]);

    const guard = room.guard(['sh', '-c', `# ${'padding '.repeat(700)}\necho done`], ['--action', 'db.wipe']);
    await bob.sees(1, 'are not shown');
    await bob.press(1, 'Approve');
    expect(await violations(bob.page)).toEqual([]);
    await bob.pressInDialog('Approve');
    await bob.told(1, 'you have not seen all of it');
    expect(await violations(bob.page)).toEqual([]);
    await bob.press(1, 'Reject');
    expect(await violations(bob.page)).toEqual([]);
    await bob.pressInDialog('Cancel');
    await bob.press(1, 'View full payload');
    await bob.page.getByText('nothing left out').waitFor();
    expect(await violations(bob.page)).toEqual([]);
    await bob.pressInDialog('Approve');
    await bob.pressInDialog('Approve');
    expect((await guard.ended).code).toBe(0);
    await bob.sees(1, 'It succeeded');
    await bob.type('list all', 'All requests');
    expect(await violations(bob.page)).toEqual([]);
    await bob.page.getByRole('button', { name: 'Sign out' }).click();
    await bob.page.getByRole('heading', { name: 'Two keys, one turn.' }).waitFor();
    expect(await violations(bob.page)).toEqual([]);
  },
);
