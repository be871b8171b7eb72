import { toPlace } from '../../bot/core/place.ts';
import { type FaceWorld, run, submit } from '../conformance/face-world.ts';
import { glassRule, REASON, TARGET } from '../connectors/api/glass.ts';
import type { FakeSlack } from '../helpers/fake-slack/fake-slack.ts';
import { readBlocks } from '../helpers/fake-slack/read-blocks.ts';
import { slackDriver } from '../helpers/slack-driver.ts';
import { startWithSlack } from '../helpers/start-slack.ts';
import { messageToHtml, modalToHtml } from './blocks-to-html.ts';

/** A picture: what it shows, and the HTML of it. */
type Picture = readonly [caption: string, html: string];

const LONG = Array.from(
  { length: 90 },
  (_none, line) => `UPDATE orders SET state = 'open' WHERE id = ${line + 1000};`,
).join('\n');
const COPY = { kind: 'sql', statement: 'COPY (SELECT * FROM orders WHERE day = CURRENT_DATE) TO STDOUT' };

export interface Album {
  readonly waiting: readonly Picture[];
  readonly decided: readonly Picture[];
  readonly windows: readonly Picture[];
  readonly home: readonly Picture[];
  readonly emergency: readonly Picture[];
}

/** One day of a small firm in Slack. Every picture is made of blocks that the app really sent. */
export async function slackStory(): Promise<Album> {
  const limits = { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } as const;
  const workshop = await startWithSlack(
    'socket',
    {
      limits,
      notify: [toPlace('slack', '#approvals')],
      breakGlass: [glassRule({ notify: [toPlace('slack', '#incidents')] })],
    },
    { speed: 40 },
  );
  const { slack } = workshop;
  const world: FaceWorld = {
    face: slackDriver(slack),
    keyturn: () => workshop.keyturn,
    restart: (next) => workshop.restart(next),
  };
  const waiting = await cardsThatWait(world, slack);
  const windows = await windowsOf(world, slack);
  const home = await homeOf(slack);
  // The last of the cards that end is flagged, and its requester asks for nothing after that.
  const emergency = await emergencyOf(world, slack);
  const decided = await cardsThatEnded(world, slack);
  return { waiting, decided, windows, home, emergency };
}

async function cardOf(world: FaceWorld, slack: FakeSlack, number: number, says?: string): Promise<string> {
  await world.face.card('bob', number, says);
  const card = slack
    .messages('#approvals')
    .find(({ blocks }) => readBlocks(blocks).text.includes(`Request ${number} · rule`));
  if (card === undefined) throw new Error(`there is no card ${number}`);
  return messageToHtml(card.blocks);
}

function threadOf(slack: FakeSlack, number: number): string {
  const card = slack
    .messages('#approvals')
    .find(({ blocks }) => readBlocks(blocks).text.includes(`Request ${number} · rule`));
  return slack
    .messages('#approvals', card?.ts ?? '')
    .map(({ blocks }) => messageToHtml(blocks))
    .join('');
}

async function cardsThatWait(world: FaceWorld, slack: FakeSlack): Promise<readonly Picture[]> {
  const plain = await submit(world, {
    action: 'db.export',
    payload: COPY,
    on_behalf_of: 'eve',
    links: ['https://ci.example/runs/8812'],
  });
  const cut = await submit(world, { payload: { kind: 'sql', statement: LONG } });
  const secret = await submit(world, {
    action: 'db.secret',
    payload: { kind: 'rotate', secret: 'not shown', user: 'deploy' },
  });
  const huge = await submit(world, {
    action: 'db.vacuum',
    reason: 'Сверка заказов за месяц по заявке FIN-231. '.repeat(45).trim(),
    payload: { kind: 'sql', statement: `VACUUM -- ${'очистка таблицы '.repeat(60)}` },
  });
  return [
    ['Two people must approve', await cardOf(world, slack, plain.number)],
    ['Longer than a card: the middle is hidden, and says so', await cardOf(world, slack, cut.number)],
    ['A value is withheld', await cardOf(world, slack, secret.number)],
    ['More than Slack has room for', await cardOf(world, slack, huge.number)],
  ];
}

async function windowsOf(world: FaceWorld, slack: FakeSlack): Promise<readonly Picture[]> {
  const bob = slack.person('U02');
  const shown = async (act: () => Promise<unknown>): Promise<string> => {
    const before = slack.views.open.get('U02')?.view;
    await act();
    await slack.until('a window', () => {
      const view = slack.views.open.get('U02')?.view;
      return view === undefined || view === before || readBlocks(view['blocks']).text === 'One moment …'
        ? null
        : view;
    });
    return modalToHtml(bob.modal().view);
  };
  const card = (number: number) => {
    const found = slack
      .messages('#approvals')
      .find(({ blocks }) => readBlocks(blocks).text.includes(`Request ${number} · rule`));
    if (found === undefined) throw new Error(`there is no card ${number}`);
    return found;
  };
  const full = await shown(() => bob.click(card(2), 'View full payload'));
  const next = await shown(() => bob.clickInModal('Next page'));
  bob.closeModal();
  const reject = await shown(() => bob.click(card(1), 'Reject'));
  bob.closeModal();
  const flag = await shown(() => bob.click(card(1), 'Flag'));
  bob.closeModal();
  const alice = await world.face.click('alice', 1, 'Approve');
  const refused = slack.world.ephemerals.findLast(({ to }) => to === 'U01');
  if (!alice.text.includes('cannot')) throw new Error('alice owns the agent');
  // Bob has turned every page by now; Dora has not.
  const early = await world.face
    .click('dora', 2, 'Approve')
    .then(() => slack.world.ephemerals.findLast(({ to }) => to === 'U04'));
  const done = await world.face
    .click('bob', 1, 'Approve')
    .then(() => slack.world.ephemerals.findLast(({ to }) => to === 'U02'));
  return [
    ['View full payload, first page', full],
    ['The last page: now it can be decided here', next],
    ['Reject asks for a reason', reject],
    ['Flag says what it does', flag],
    ['Only the clicker sees: the owner of the agent', messageToHtml(refused?.blocks, 'Only visible to you')],
    ['Only the clicker sees: a cut payload', messageToHtml(early?.blocks, 'Only visible to you')],
    ['Only the clicker sees: one of two', messageToHtml(done?.blocks, 'Only visible to you')],
  ];
}

async function homeOf(slack: FakeSlack): Promise<readonly Picture[]> {
  const [bob, eve] = [slack.person('U02'), slack.person('U05')];
  await bob.openHome();
  await eve.openHome();
  const views = await slack.until('both Homes', () => {
    const [one, other] = [bob.home(), eve.home()];
    return one === null || other === null ? null : [one, other];
  });
  const [busy, empty] = views.map(({ view }) => messageToHtml(view['blocks'], 'Home'));
  return [
    ['What waits for Bob', busy ?? ''],
    ['Nothing waits', empty ?? ''],
  ];
}

async function cardsThatEnded(world: FaceWorld, slack: FakeSlack): Promise<readonly Picture[]> {
  const pictures: Picture[] = [];
  const keep = async (caption: string, number: number, says: string) => {
    pictures.push([caption, await cardOf(world, slack, number, says)]);
  };
  await world.face.click('carol', 1, 'Approve');
  await keep('Approved, not run yet', 1, 'Approved by carol');
  const first = (await world.keyturn().get('alice', '/v1/requests?limit=10')).body.items.find(
    (one: { number: number }) => one.number === 1,
  );
  const report = await run(world, first);
  await keep('Running', 1, 'Released at');
  await report({ status: 'succeeded', exit_code: 0, detail: 'COPY 48210\ndone in 3.1 s' });
  await keep('Succeeded', 1, 'It succeeded');
  await world.face.thread('bob', 1, 'COPY 48210');
  pictures.push(['The thread under it', threadOf(slack, 1)]);
  await world.face.clickWithReason('bob', 2, 'Reject', 'not before the backup has run');
  await keep('Rejected', 2, 'Rejected by bob');
  const flagged = await submit(world, {
    action: 'db.vacuum',
    payload: { kind: 'sql', statement: 'VACUUM FULL' },
  });
  await world.face.clickWithReason('dora', flagged.number, 'Flag', 'the agent asks for this all night');
  await keep('Flagged: it is stopped, and its requester is frozen', flagged.number, 'Flagged by dora');
  world.keyturn().clock.advance(31 * 60_000);
  await keep('Expired', flagged.number, 'expired');
  return pictures;
}

/** One person alone, in an emergency; and what only auditors ask for. */
async function emergencyOf(world: FaceWorld, slack: FakeSlack): Promise<readonly Picture[]> {
  const { face } = world;
  const { number } = await submit(world, {
    action: 'db.export',
    payload: { kind: 'sql', statement: 'COPY orders_before_deploy TO STDOUT' },
  });
  const bob = slack.person('U02');
  const windowOf = async (who: 'bob' | 'carol', line: string) => {
    const person = slack.person(who === 'bob' ? 'U02' : 'U03');
    await person.command('/keyturn', line);
    const html = await slack.until('a window', () => slack.views.open.get(person.id)?.view);
    const picture = modalToHtml(html);
    person.closeModal();
    return picture;
  };
  await face.click('bob', number, 'View full payload');
  const asked = await windowOf('bob', `break-glass ${number}`);
  await bob.command('/keyturn', `break-glass ${number}`);
  await bob.submit({ comment: REASON, confirm_target: TARGET });
  const done = modalToHtml(bob.modal().view);
  bob.closeModal();
  const loud = await slack.until('the incident channel', () =>
    slack.messages('#incidents').find(({ blocks }) => readBlocks(blocks).text.includes('Break-glass by bob')),
  );
  const thread = await slack.until('its thread', () => {
    const lines = slack.messages('#incidents', loud.ts);
    return lines.some(({ blocks }) => readBlocks(blocks).text.includes('BREAK-GLASS')) ? lines : null;
  });
  const review = await windowOf('carol', `post-review ${number}`);
  await face.type('carol', 'audit verify');
  const verified = slack.world.ephemerals.findLast(({ to }) => to === 'U03');
  await face.type('carol', 'audit export');
  const sent = slack.world.ephemerals.findLast(({ to }) => to === 'U03');
  return [
    ['break-glass asks for a reason and for the target', asked],
    ['In the incident channel', messageToHtml(loud.blocks)],
    ['The thread calls on who must review it', thread.map(({ blocks }) => messageToHtml(blocks)).join('')],
    ['What falls due', done],
    ['post-review asks whether it was right', review],
    ['audit verify, for auditors', messageToHtml(verified?.blocks, 'Only visible to you')],
    ['audit export, for auditors', messageToHtml(sent?.blocks, 'Only visible to you')],
  ];
}
