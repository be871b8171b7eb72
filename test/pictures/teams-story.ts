import type { Browser, Locator } from 'playwright-core';
import { toPlace } from '../../bot/core/place.ts';
import { glassRule, REASON, TARGET } from '../connectors/api/glass.ts';
import { submit } from '../connectors/api/world.ts';
import { GROUP_CHAT } from '../helpers/fake-teams/world.ts';
import { type PlaygroundWorkshop, startInPlayground } from '../helpers/playground/start-in-playground.ts';
import { type PlaygroundVisitor, visit } from '../helpers/playground/visitor.ts';

/** What is shown: a caption, and elements of Microsoft's page one below the other. */
type Picture = readonly [caption: string, images: readonly Buffer[]];
export type Album = Readonly<Record<string, readonly Picture[]>>;

const LONG = Array.from(
  { length: 90 },
  (_none, line) => `UPDATE orders SET state = 'open' WHERE id = ${line + 1000};`,
).join('\n');
const COPY = { kind: 'sql', statement: 'COPY (SELECT * FROM orders WHERE day = CURRENT_DATE) TO STDOUT' };

/** Whatever is taken a picture of must be in sight as a whole. */
const TALL = 2_400;

interface Day {
  readonly world: PlaygroundWorkshop;
  readonly alice: PlaygroundVisitor;
  readonly bob: PlaygroundVisitor;
  readonly carol: PlaygroundVisitor;
  readonly chat: PlaygroundVisitor;
  readonly incidents: PlaygroundVisitor;
}

/** One day of a small firm in Teams, in the client of Microsoft. */
export async function teamsStory(browser: Browser): Promise<Album> {
  const world = await startInPlayground({
    limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
    breakGlass: [glassRule({ notify: [toPlace('teams', GROUP_CHAT)] })],
  });
  const day: Day = {
    world,
    alice: await visit(browser, world, 'alice', 'approvals', TALL),
    bob: await visit(browser, world, 'bob', 'approvals', TALL),
    carol: await visit(browser, world, 'carol', 'approvals', TALL),
    chat: await visit(browser, world, 'bob', 'Personal Chat', TALL),
    incidents: await visit(browser, world, 'carol', 'Incidents', TALL),
  };
  const waiting = await whatWaits(day);
  const asked = await whatIsAsked(day);
  const chat = await inTheChat(day);
  const emergency = await inAnEmergency(day);
  const decided = await whatBecameOfIt(day);
  return { waiting, asked, chat, emergency, decided };
}

async function shot(element: Locator): Promise<Buffer> {
  await element.scrollIntoViewIfNeeded();
  return element.screenshot({ animations: 'disabled' });
}

async function cardOf(
  who: PlaygroundVisitor,
  number: number,
  says: string | RegExp,
): Promise<readonly Buffer[]> {
  await who.sees(number, says);
  return [await shot(who.card(number))];
}

async function whatWaits({ world, bob }: Day): Promise<readonly Picture[]> {
  await submit(world.keyturn, {
    action: 'db.export',
    payload: COPY,
    on_behalf_of: 'eve',
    links: ['https://ci.example/runs/8812'],
  });
  await submit(world.keyturn, { payload: { kind: 'sql', statement: LONG } });
  await submit(world.keyturn, {
    action: 'db.secret',
    payload: { kind: 'rotate', secret: 'not shown', user: 'deploy' },
  });
  return [
    ['Two people must approve', await cardOf(bob, 1, 'Approval needed')],
    ['Longer than a card: the middle is hidden, and says so', await cardOf(bob, 2, 'lines are not shown')],
    ['A value is withheld', await cardOf(bob, 3, 'hidden')],
  ];
}

async function whatIsAsked({ alice, bob }: Day): Promise<readonly Picture[]> {
  await bob.press(1, 'Reject');
  const reject = await cardOf(bob, 1, 'This ends the request');
  await bob.press(1, 'Flag');
  const flag = await cardOf(bob, 1, 'freezes its requester');
  await bob.press(1, 'Flag');
  await alice.press(1, 'Approve');
  const refused = await cardOf(alice, 1, 'You cannot decide');
  await bob.press(2, 'Approve');
  const early = await cardOf(bob, 2, 'you have not seen all of it');
  await bob.press(2, 'View full payload');
  const first = await cardOf(bob, 2, 'Payload, page 1 of');
  await bob.press(2, 'Next page');
  const last = await cardOf(bob, 2, 'Payload, page 2 of');
  await bob.press(1, 'Approve');
  // The card for all takes the place of this answer at once.
  const done = await cardOf(bob, 1, 'dba 1/1 (bob)');
  return [
    ['Reject asks for a reason, inside of the card', reject],
    ['Flag says what it does', flag],
    ['For the clicker alone: the owner of the agent', refused],
    ['For the clicker alone: not all of it was seen', early],
    ['For the clicker alone: the full payload, first page', first],
    ['The last page: now it can be decided here', last],
    ['One of two', done],
  ];
}

async function inTheChat({ chat }: Day): Promise<readonly Picture[]> {
  const card = (words: string) => chat.page.locator('.ac-adaptiveCard').filter({ hasText: words }).first();
  await chat.write('list');
  const list = await shot(card('Waits for you'));
  await chat.write('approve 3');
  const asked = await cardOf(chat, 3, 'Approval needed');
  await chat.write('who 1');
  const who = await shot(card('may be approved by'));
  return [
    ['list', [list]],
    ['A typed approve gives the card whose button does', asked],
    ['who', [who]],
  ];
}

async function inAnEmergency({ world, chat, incidents }: Day): Promise<readonly Picture[]> {
  const { number } = await submit(world.keyturn, {
    action: 'db.export',
    payload: { kind: 'sql', statement: 'COPY orders_before_deploy TO STDOUT' },
  });
  const { page } = chat;
  const card = (words: string) => page.locator('.ac-adaptiveCard').filter({ hasText: words }).last();
  await chat.write(`show ${number}`);
  await chat.sees(number, 'Approval needed');
  await chat.press(number, 'View full payload');
  await chat.sees(number, 'Close');
  await chat.write(`break-glass ${number}`);
  const form = card('In an emergency');
  const asked = await shot(form);
  await form.getByRole('textbox').nth(0).fill(REASON);
  await form.getByRole('textbox').nth(1).fill(TARGET);
  await form.getByRole('button').last().click();
  const loud = await cardOf(incidents, number, 'Break-glass by bob');
  const thread = incidents.page
    .locator('.ac-adaptiveCard')
    .filter({ hasText: /BREAK-GLASS/ })
    .first();
  return [
    ['break-glass asks for a reason and for the target', [asked]],
    ['In the group chat for incidents', [...loud, await shot(thread)]],
  ];
}

async function whatBecameOfIt({ world, bob, carol }: Day): Promise<readonly Picture[]> {
  const { keyturn } = world;
  const pictures: Picture[] = [];
  const keep = async (caption: string, number: number, says: string) => {
    pictures.push([caption, await cardOf(bob, number, says)]);
  };
  await carol.press(1, 'Approve');
  await keep('Approved, not run yet', 1, 'Approved by carol');
  const { items } = (await keyturn.get('alice', '/v1/requests?limit=10')).body;
  const { id, action_digest } = items.find((one: { number: number }) => one.number === 1);
  const { nonce } = (await keyturn.post('agent', `/v1/requests/${id}/consume`, { action_digest })).body;
  await keep('Running', 1, 'Released at');
  const outcome = { nonce, status: 'succeeded', exit_code: 0, detail: 'COPY 48210\ndone in 3.1 s' };
  await keyturn.post('agent', `/v1/requests/${id}/outcome`, outcome);
  await keep('Succeeded', 1, 'It succeeded');
  const thread = bob.page.locator('.fui-Card').filter({ hasText: 'COPY 48210' }).locator('.ac-adaptiveCard');
  await bob.page.getByText('COPY 48210').waitFor();
  const replies = (await thread.all()).slice(1);
  pictures.push(['The thread under it', await Promise.all(replies.map(shot))]);
  await bob.pressWithReason(2, 'Reject', 'not before the backup has run');
  await keep('Rejected', 2, 'Rejected by bob');
  await bob.pressWithReason(3, 'Flag', 'the agent asks for this all night');
  await keep('Flagged: it is stopped, and its requester is frozen', 3, 'Flagged by bob');
  keyturn.clock.advance(31 * 60_000);
  await keep('Expired', 3, 'expired');
  return pictures;
}
