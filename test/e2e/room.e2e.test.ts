import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useBrowser } from '../helpers/chromium.ts';
import { aRoom } from './room-world.ts';

const browser = useBrowser();

/** Long enough that no card shows all of it. */
const LONG = ['sh', '-c', `# ${'padding '.repeat(700)}\necho ran > proof; echo done`];

it('goes the whole way with two people: refused owner, cut payload, full view, approval, run', async (context) => {
  const room = await aRoom(await browser(context));
  const [alice, bob] = await Promise.all([room.visit('alice'), room.visit('bob')]);
  const guard = room.guard(LONG);
  for (const visit of [alice, bob]) await visit.sees(1, 'Approval needed: run x on laptop/demo');
  expect(await bob.page.locator('#queue-items').innerText()).toContain('run x on laptop/demo');
  expect(await alice.page.locator('#queue-items').innerText()).toBe('');

  // The owner of the agent, on her own screen.
  await alice.press(1, 'Approve');
  expect(await alice.told(1, 'You cannot decide on this request')).toContain('owner of agent');
  expect(await bob.message(1).locator('.note').count()).toBe(0);

  // The card says that it does not show everything, and so does the answer to who approves all the same.
  await bob.sees(1, /\d+ of \d+ lines are not shown\. Open the full payload before you decide\./);
  await bob.press(1, 'Approve');
  await bob.told(1, 'you have not seen all of it');
  expect(guard.child.exitCode).toBeNull();

  await bob.press(1, 'View full payload');
  const dialog = bob.page.getByRole('dialog');
  await dialog.getByText('nothing left out').waitFor();
  expect(await dialog.innerText()).toContain('echo ran > proof');
  await bob.pressInDialog('Approve');
  await bob.told(1, 'You approved request 1');

  const { code, stdout } = await guard.ended;
  expect([code, stdout]).toEqual([0, 'done\n']);
  expect(readFileSync(join(room.folder.path, 'proof'), 'utf8')).toBe('ran\n');
  for (const visit of [alice, bob]) {
    const message = await visit.sees(1, /Bob approved\..*Released to agent.*It succeeded with exit code 0/s);
    expect(await message.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  }
  // The owner is told the result alone.
  await alice.page.locator('.answers .note').filter({ hasText: 'succeeded' }).waitFor();
  const verified = await room.folder.keyturn(['audit', 'verify']).ended;
  expect([verified.code, verified.stdout]).toEqual([3, expect.stringContaining('nothing wrong in')]);
}, 60_000);

it('ends a request that somebody rejects with a reason, for everybody', async (context) => {
  const room = await aRoom(await browser(context));
  const [alice, bob] = await Promise.all([room.visit('alice'), room.visit('bob')]);
  const guard = room.guard(['touch', 'ran']);
  await bob.sees(1, 'Approval needed');
  await bob.press(1, 'Reject');
  // No reason, no rejection: the browser's own check holds the form.
  await bob.pressInDialog('Reject');
  expect(await bob.page.getByRole('dialog').count()).toBe(1);
  await bob.giveReason('Not on a Friday', 'Reject');
  expect((await guard.ended).code).toBe(77);
  expect(existsSync(join(room.folder.path, 'ran'))).toBe(false);
  for (const visit of [alice, bob]) {
    const message = await visit.sees(1, 'Rejected by Bob');
    expect(await message.innerText()).toContain('Not on a Friday');
  }
}, 60_000);

it('stops a requester that somebody flags, and goes on after a clear', async (context) => {
  const room = await aRoom(await browser(context));
  const [alice, bob] = await Promise.all([room.visit('alice'), room.visit('bob')]);
  const [first, second] = [room.guard(['true']), room.guard(['echo', 'two'])];
  await bob.sees(1, 'Approval needed');
  await bob.sees(2, 'Approval needed');
  await bob.press(1, 'Flag');
  await bob.giveReason('Who is this?', 'Flag');
  expect((await first.ended).code).toBe(77);
  expect((await second.ended).code).toBe(77);
  for (const visit of [alice, bob]) {
    await visit.sees(1, 'Flagged by Bob');
    await visit.sees(2, 'another request of this requester was flagged');
  }
  // Its owner cannot take the flag back.
  await alice.press(1, 'Clear');
  await alice.page.getByRole('dialog').getByLabel('Why').fill('It is mine');
  await alice.pressInDialog('Clear');
  await alice.page.getByRole('dialog').getByText('You cannot').waitFor();
  await alice.pressInDialog('Cancel');

  await bob.press(1, 'Clear');
  await bob.page.getByRole('dialog').getByLabel('Its requester').selectOption('lift');
  await bob.giveReason('A false alarm', 'Clear');
  await bob.sees(1, 'Bob cleared it');
  await bob.sees(1, 'Approval needed');
  await alice.sees(1, 'Approval needed');
  const third = room.guard(['echo', 'three']);
  await bob.sees(3, 'Approval needed');
  await bob.press(3, 'Approve');
  expect(await third.ended).toMatchObject({ code: 0, stdout: 'three\n' });
}, 60_000);

it('lets a request expire in sight of everybody, and tells a late click what became of it', async (context) => {
  const room = await aRoom(await browser(context));
  const bob = await room.visit('bob');
  const guard = room.guard(['touch', 'ran'], ['--expires-in', '3s']);
  await bob.sees(1, 'Approval needed');
  // A click on its way while the time runs out: it was made in time, and arrives too late.
  let arrive = () => {};
  const held = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await bob.page.route('**/room/api/click', async (route) => {
    await held;
    await route.continue();
  });
  await bob.press(1, 'Approve');
  await bob.sees(1, 'Nobody decided in time');
  expect((await guard.ended).code).toBe(77);
  arrive();
  expect(await bob.told(1, 'The time for this request is over')).toContain('It expired at');
  expect(await bob.message(1).getByRole('button', { name: 'Approve' }).count()).toBe(0);
  expect(existsSync(join(room.folder.path, 'ran'))).toBe(false);
}, 60_000);

it('tells the second of two opposite clicks who decided first', async (context) => {
  const room = await aRoom(await browser(context));
  const [bob, carol] = await Promise.all([room.visit('bob'), room.visit('carol')]);
  const guard = room.guard(['echo', 'once']);
  await bob.sees(1, 'Approval needed');
  await carol.sees(1, 'Approval needed');
  await carol.press(1, 'Reject');
  await carol.page.getByRole('dialog').getByLabel('Why').fill('Too late');
  await bob.press(1, 'Approve');
  expect((await guard.ended).stdout).toBe('once\n');
  // Her dialog is still open, over a card that has no buttons any more.
  await carol.pressInDialog('Reject');
  const dialog = carol.page.getByRole('dialog');
  await dialog.getByText('decided already').waitFor();
  expect(await dialog.innerText()).toContain('Bob');
}, 60_000);

it('survives a kill of the bot in the middle: the page comes back, the card decides', async (context) => {
  const room = await aRoom(await browser(context));
  const [alice, bob] = await Promise.all([room.visit('alice'), room.visit('bob')]);
  const guard = room.guard(['echo', 'after the restart']);
  await bob.sees(1, 'Approval needed');
  for (const { person } of [alice, bob]) person.expectBrokenNetwork();
  await room.kill();
  await bob.page.getByText('Reconnecting').waitFor();
  await bob.press(1, 'Approve');
  await bob.told(1, 'Keyturn does not answer. Nothing was done.');

  await room.start();
  await bob.page.getByText('You are signed out').waitFor();
  await bob.signIn(await room.code('bob'));
  await bob.sees(1, 'Approval needed');
  await bob.press(1, 'Approve');
  expect(await guard.ended).toMatchObject({ code: 0, stdout: 'after the restart\n' });
  await bob.sees(1, 'It succeeded');
}, 60_000);

it('approves what is critical after a code, and not after a token', async (context) => {
  const room = await aRoom(await browser(context));
  const [bob, carol] = [await room.visit('bob', 'token'), await room.visit('carol')];
  const guard = room.guard(['echo', 'wiped'], ['--action', 'db.wipe']);
  for (const visit of [bob, carol]) {
    await visit.sees(1, 'critical');
    await visit.press(1, 'Approve');
    await visit.pressInDialog('Approve');
    if (visit === bob) await bob.told(1, 'a token alone is not enough');
  }
  expect(await guard.ended).toMatchObject({ code: 0, stdout: 'wiped\n' });
  await bob.sees(1, 'Approved by Carol');
}, 60_000);
