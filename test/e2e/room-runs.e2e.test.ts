import { expect, it } from 'vitest';
import { useBrowser } from '../helpers/chromium.ts';
import { aRoom } from './room-world.ts';

const browser = useBrowser();

it('shows what Keyturn would run, runs it once it is approved, and shows what it printed', async (context) => {
  const room = await aRoom(await browser(context));
  const bob = await room.visit('bob');
  await room.ask('command.tidy', { what: '<b>the disk</b>' });
  const card = await bob.sees(1, 'Approval needed');
  expect(await card.innerText()).toContain(
    'runs /bin/echo tidied "<b>the disk</b>" in /. It is started once at most.',
  );
  await bob.press(1, 'Approve');
  expect(await bob.told(1, 'You approved request 1')).toContain('Keyturn runs it, and starts before');
  const ended = await bob.sees(1, /Started by Keyturn at.*It succeeded with exit code 0/s);
  expect(await ended.innerText()).toContain('tidied <b>the disk</b>');
}, 60_000);

it('tells on one line how long it runs and what it printed last, until it has ended', async (context) => {
  const room = await aRoom(await browser(context));
  const bob = await room.visit('bob');
  await room.ask('command.slow', {});
  await bob.press(1, 'Approve');
  const running = await bob.sees(1, /Running for 1\ds\..*copied \d+ of 13 <b>tables<\/b>/s);
  const lines = async () =>
    (await running.locator('.thread li').allInnerTexts()).filter((line) => line.includes('Started by'));
  expect(await lines()).toHaveLength(1);
  const ended = await bob.sees(1, 'It succeeded with exit code 0');
  expect(await ended.innerText()).not.toContain('Running for');
  expect(await lines()).toEqual([expect.stringMatching(/It ran for 1\ds\./)]);
}, 90_000);
