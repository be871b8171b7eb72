import type { FaceDriver, PrivateAnswer, SeenCard } from './face-driver.ts';
import type { FakeSlack } from './fake-slack/fake-slack.ts';
import type { Person } from './fake-slack/person.ts';
import { readBlocks } from './fake-slack/read-blocks.ts';
import { type Fields, isFields } from './fake-slack/shapes.ts';
import type { Ephemeral, SlackMessage } from './fake-slack/world.ts';
import { slackAccountOf, type Who } from './rulebook.ts';
import { says } from './until.ts';

/** How people use Slack: they look at a channel, click, fill windows in and type. */
export function slackDriver(slack: FakeSlack, channel = '#approvals'): FaceDriver {
  const personOf = (who: Who): Person => slack.person(userOf(who));
  const standing = (kind: string) =>
    slack.world.messages.filter((one) => !one.deleted && one.metadata?.['event_type'] === kind);
  const cardsOf = (number: number) =>
    standing('keyturn_card').filter(({ blocks }) =>
      readBlocks(blocks).text.includes(`Request ${number} · rule`),
    );
  const heldCard = (number: number, what?: string | RegExp): Promise<SlackMessage> =>
    slack.until(`a card of request ${number} that says ${String(what)}`, () =>
      cardsOf(number).find(({ blocks }) => says(readBlocks(blocks).text, what)),
    );
  const heldDigest = (what?: string | RegExp): Promise<SlackMessage> =>
    slack.until(`a digest that says ${String(what)}`, () =>
      standing('keyturn_digest').findLast(({ blocks }) => says(readBlocks(blocks).text, what)),
    );

  /** What this person alone sees after doing something: a message that is new, or a window that is. */
  const privately = async (who: Who, act: (person: Person) => Promise<unknown>): Promise<PrivateAnswer> => {
    const person = personOf(who);
    const before = { told: toldTo(slack, person).length, window: windowOf(slack, person) };
    await act(person);
    return slack.until(`an answer to ${who}`, () => {
      const told = toldTo(slack, person).slice(before.told).at(-1);
      if (told !== undefined) return toAnswer(told.blocks);
      const window = windowOf(slack, person);
      if (window === before.window || window === null || isWaiting(window)) return null;
      return windowAnswer(window);
    });
  };

  return {
    face: 'slack',
    card: async (_who, number, what) => toSeen(await heldCard(number, what)),
    copies: async (number) => cardsOf(number).length,
    async thread(_who, number, what) {
      const card = await heldCard(number);
      const lines = () => slack.messages(card.channel, card.ts).map(({ blocks }) => readBlocks(blocks).text);
      await slack.until(`a thread that says ${String(what)}`, () => lines().find((line) => says(line, what)));
      return lines();
    },
    async click(who, number, button) {
      const card = await heldCard(number);
      const answer = await privately(who, (person) => person.click(card, button));
      if (button === 'Approve') return answer;
      const all = await readAllPages(slack, personOf(who), answer);
      personOf(who).closeModal();
      return all;
    },
    async clickWithReason(who, number, button, reason) {
      const card = await heldCard(number);
      await privately(who, (person) => person.click(card, button));
      const answer = await privately(who, (person) => person.submit({ comment: reason }));
      personOf(who).closeModal();
      return answer;
    },
    async clickLate(who, number, button) {
      const { channel: id, ts, past } = await heldCard(number);
      const blocks = past[0] ?? [];
      return privately(who, (person) => person.click({ channel: id, ts, blocks }, button));
    },
    async type(who, command, form) {
      const first = await privately(who, (person) =>
        person.command('/keyturn', command, idOf(slack, channel)),
      );
      if (form === undefined || windowOf(slack, personOf(who)) === null) {
        personOf(who).closeModal();
        return first;
      }
      const chosen = firstChoices(windowOf(slack, personOf(who)));
      const answer = await privately(who, (person) => person.submit({ ...chosen, ...form }));
      personOf(who).closeModal();
      return answer;
    },
    async direct(who, what) {
      const { id } = slack.world.direct(userOf(who));
      const texts = () => slack.messages(id).map(({ blocks }) => readBlocks(blocks).text);
      return slack.until(`a direct message that says ${String(what)}`, () =>
        texts().find((text) => says(text, what)),
      );
    },
    digest: async (_who, what) => toSeen(await heldDigest(what)),
    async showNext(who) {
      const digest = await heldDigest();
      return privately(who, (person) => person.click(digest, 'Show next'));
    },
  };
}

function userOf(who: Who): string {
  return slackAccountOf(who).split('/')[1] ?? who;
}

/** Turns every page, as somebody does who wants to have seen all of it. */
async function readAllPages(slack: FakeSlack, person: Person, first: PrivateAnswer): Promise<PrivateAnswer> {
  let text = first.text;
  let { buttons } = first;
  while (buttons.includes('Next page')) {
    const before = windowOf(slack, person);
    await person.clickInModal('Next page');
    const view = await slack.until('the next page', () => {
      const now = windowOf(slack, person);
      return now === before ? null : now;
    });
    const page = windowAnswer(view);
    text = `${text}\n${page.text}`;
    buttons = page.buttons;
  }
  return { text, buttons };
}

function toSeen({ blocks }: SlackMessage): SeenCard {
  const { text, buttons } = readBlocks(blocks);
  return { title: text.split('\n')[0] ?? '', text, buttons };
}

function toAnswer(blocks: unknown): PrivateAnswer {
  const { text, buttons } = readBlocks(blocks);
  return { text, buttons };
}

function windowAnswer(view: Fields): PrivateAnswer {
  const { text, buttons } = toAnswer(view['blocks']);
  return { text, buttons: [...buttons, ...labelOf(view['submit'])] };
}

function labelOf(submit: unknown): readonly string[] {
  return typeof submit === 'object' && submit !== null && 'text' in submit ? [String(submit.text)] : [];
}

function toldTo(slack: FakeSlack, { id }: Person): readonly Ephemeral[] {
  return slack.world.ephemerals.filter(({ to }) => to === id);
}

function windowOf(slack: FakeSlack, { id }: Person): Fields | null {
  return slack.views.open.get(id)?.view ?? null;
}

/** Slack sends no window with a choice left open, so whoever does not care takes the first. */
function firstChoices(view: Fields | null): Readonly<Record<string, string>> {
  const blocks = Array.isArray(view?.['blocks']) ? view['blocks'].filter(isFields) : [];
  const chosen = blocks.flatMap((block): [string, string][] => {
    const element = isFields(block['element']) ? block['element'] : {};
    const [first] = Array.isArray(element['options']) ? element['options'].filter(isFields) : [];
    return first === undefined ? [] : [[String(block['block_id']), String(first['value'])]];
  });
  return Object.fromEntries(chosen);
}

function isWaiting(view: Fields): boolean {
  return readBlocks(view['blocks']).text === 'One moment …';
}

function idOf(slack: FakeSlack, channel: string): string {
  return slack.world.channel(channel)?.id ?? channel;
}
