import { expect, it, onTestFinished } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { SCENARIO_RULES } from '../conformance/face-world.ts';
import { readLog, stateOf, submit } from '../connectors/api/world.ts';
import { useBrowser } from '../helpers/chromium.ts';
import { startFakeTeams } from '../helpers/fake-teams/fake-teams.ts';
import { openPlayground, startInPlayground } from '../helpers/playground/start-in-playground.ts';
import { visit } from '../helpers/playground/visitor.ts';
import { roomDriver } from '../helpers/room-driver.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { peopleIn, TEAMS_PLACE, teamsAccounts, teamsSettings } from '../helpers/start-teams.ts';
import { TickingClock } from '../helpers/ticking-clock.ts';
import { freePort } from './folder.ts';

/** Microsoft's own client, several people in it, and nothing believed that is not signed. */
const browser = useBrowser();
const LONG = Array.from({ length: 150 }, (_none, line) => `DELETE FROM orders WHERE id = ${line};`).join(
  '\n',
);

it('two keys in a channel: the owner and a stranger are refused alone, two others approve, all see who', async (context) => {
  const chromium = await browser(context);
  const world = await startInPlayground({ rules: SCENARIO_RULES });
  const [alice, bob, carol] = [
    await visit(chromium, world, 'alice'),
    await visit(chromium, world, 'bob'),
    await visit(chromium, world, 'carol'),
  ];
  const request = await submit(world.keyturn, { action: 'db.export' });
  await bob.sees(request.number, 'dba 0/1, security 0/1');
  expect(await bob.buttons(request.number)).toEqual(['Approve', 'Reject', 'Flag', 'View full payload']);

  await alice.press(request.number, 'Approve');
  expect(await alice.sees(request.number, 'You cannot decide on this request')).toContain('owner of agent');
  alice.actsAs('mallory');
  await alice.press(request.number, 'Approve');
  await alice.sees(request.number, 'belongs to no person in the policy');
  for (const other of [bob, carol])
    expect(await other.card(request.number).innerText()).not.toMatch(/cannot decide|no person in the policy/);
  expect((await readLog(world.keyturn)).filter(({ type }) => type === 'review.recorded')).toEqual([]);

  await bob.press(request.number, 'Approve');
  await carol.sees(request.number, 'dba 1/1 (bob), security 0/1');
  await carol.press(request.number, 'Approve');
  for (const one of [alice, bob, carol]) {
    await one.sees(request.number, 'Approved by carol');
    expect(await one.buttons(request.number)).toEqual([]);
  }
  await alice.page.getByText('bob approved.').waitFor();
  expect(await stateOf(world.keyturn, request)).toBe('approved');
  // The same way, without what the proxy adds.
  const unsigned = world.teams.person('bob').mentionOf('list');
  expect((await world.teams.deliverWith(unsigned, '')).status).toBe(401);
}, 60_000);

it('Reject and Flag send nothing without a reason, and say the reason to everybody', async (context) => {
  const chromium = await browser(context);
  const world = await startInPlayground();
  const bob = await visit(chromium, world, 'bob');
  const first = await submit(world.keyturn);
  await bob.sees(first.number, 'Approval needed');
  await bob.pressWithReason(first.number, 'Reject', '');
  await bob.card(first.number).getByText('This is needed.').waitFor();
  expect(await stateOf(world.keyturn, first)).toBe('pending');
  await bob.card(first.number).getByRole('textbox').locator('visible=true').fill('not on a <b>Friday</b>');
  await bob.card(first.number).getByRole('button', { name: 'Reject', exact: true }).last().click();
  await bob.sees(first.number, /Rejected by bob at .*: not on a <b>Friday<\/b>/);

  const second = await submit(world.keyturn, { action: 'db.vacuum' });
  await bob.sees(second.number, 'Approval needed');
  await bob.pressWithReason(second.number, 'Flag', 'who asked for this?');
  await bob.sees(second.number, /Flagged by bob at .*: who asked for this\?/);
  expect(await stateOf(world.keyturn, second)).toBe('flagged');
}, 60_000);

it('a payload longer than the card is approved after every page was turned, and not before', async (context) => {
  const chromium = await browser(context);
  const world = await startInPlayground();
  const bob = await visit(chromium, world, 'bob');
  const { number, ...request } = await submit(world.keyturn, { payload: { kind: 'sql', statement: LONG } });
  await bob.sees(number, /\d+ of \d+ lines are not shown/);
  await bob.press(number, 'Approve');
  await bob.sees(number, 'you have not seen all of it');
  await bob.press(number, 'View full payload');
  let read = await bob.sees(number, 'Payload, page 1 of');
  const pages = Number(/page 1 of ([0-9]+)/.exec(read)?.[1]);
  expect(pages).toBeGreaterThan(1);
  for (let page = 2; page <= pages; page += 1) {
    expect(await bob.buttons(number)).not.toContain('Approve');
    await bob.press(number, 'Next page');
    read += await bob.sees(number, `Payload, page ${page} of`);
  }
  expect(LONG.split('\n').filter((line) => !read.includes(line))).toEqual([]);
  expect(await stateOf(world.keyturn, request)).toBe('pending');
  await bob.press(number, 'Approve');
  await bob.sees(number, 'Approved by bob');
}, 60_000);

it('what is decided in the room is shown decided here', async (context) => {
  const chromium = await browser(context);
  const world = await startInPlayground({ notify: [toPlace('room'), TEAMS_PLACE] });
  const [bob, room] = [await visit(chromium, world, 'bob'), roomDriver(chromium, () => world.keyturn)];
  const request = await submit(world.keyturn);
  await bob.sees(request.number, 'Approval needed');
  await room.clickWithReason('dora', request.number, 'Reject', 'not today');
  await bob.sees(request.number, /Rejected by dora at .*: not today/);
  expect(await bob.buttons(request.number)).toEqual([]);
}, 60_000);

it('a typed approve opens a card for the asker alone, from a chat and from a channel, and its button decides', async (context) => {
  const chromium = await browser(context);
  const world = await startInPlayground();
  const [chat, channel] = [
    await visit(chromium, world, 'bob', 'Personal Chat'),
    await visit(chromium, world, 'bob'),
  ];
  const request = await submit(world.keyturn);
  await channel.sees(request.number, 'Approval needed');
  // Not to the app, so it does not answer.
  await channel.write(`reject ${request.number} no`);
  await channel.mention(`approve ${request.number}`);
  await chat.sees(request.number, 'Approval needed');
  expect(await stateOf(world.keyturn, request)).toBe('pending');
  await chat.write('list');
  await chat.page.getByText('Waits for you').waitFor();
  await chat.press(request.number, 'Approve');
  await chat.page.getByText(`You approved request ${request.number}`).waitFor();
  await channel.sees(request.number, 'Approved by bob');
}, 60_000);

it('can be tried out in the playground alone, without a tenant, by its switch', async (context) => {
  const chromium = await browser(context);
  const clock = new TickingClock(20);
  const teams = await startFakeTeams(() => clock.wall());
  peopleIn(teams);
  onTestFinished(() => teams.stop());
  const settings = { ...teamsSettings(teams), credentials: null, apiUrl: null, playground: true };
  const changes = { notify: [TEAMS_PLACE], accounts: teamsAccounts() };
  const keyturn = await startKeyturn(changes, { clock, config: { teams: settings } });
  const page = await openPlayground(teams, await freePort(), `${keyturn.url}/api/messages`);
  const bob = await visit(chromium, { page, teams }, 'bob');
  const request = await submit(keyturn);
  await bob.sees(request.number, 'Approval needed');
  await bob.press(request.number, 'Approve');
  await bob.sees(request.number, 'Approved by bob');
  expect(await stateOf(keyturn, request)).toBe('approved');
}, 60_000);
