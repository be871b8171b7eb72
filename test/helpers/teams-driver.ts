import type { FaceDriver, PrivateAnswer, SeenCard } from './face-driver.ts';
import type { FakeTeams } from './fake-teams/fake-teams.ts';
import type { TeamsPerson } from './fake-teams/person.ts';
import { cardOf, inputsOf, readCard } from './fake-teams/read-card.ts';
import { CHANNEL, type TeamsMessage } from './fake-teams/world.ts';
import { says } from './until.ts';

/** How people use Teams: they look at a channel, click, fill in what a button opens, and write. */
export function teamsDriver(teams: FakeTeams, channel = CHANNEL): FaceDriver {
  const { world } = teams;
  const textOf = ({ activity }: TeamsMessage) => readCard(cardOf(activity)).text;
  const cardsOf = (number: number) =>
    world.standing(channel).filter((one) => textOf(one).includes(`Request ${number} · rule`));
  const heldCard = (number: number, what?: string | RegExp): Promise<TeamsMessage> =>
    teams.until(`a card of request ${number} that says ${String(what)}`, () =>
      cardsOf(number).find((one) => says(textOf(one), what)),
    );
  const heldDigest = (what?: string | RegExp): Promise<TeamsMessage> =>
    teams.until(`a digest that says ${String(what)}`, () =>
      world
        .standing(channel)
        .findLast((one) => textOf(one).includes('came at once') && says(textOf(one), what)),
    );

  return {
    face: 'teams',
    card: async (_who, number, what) => toSeen(await heldCard(number, what)),
    copies: async (number) => cardsOf(number).length,
    async thread(_who, number, what) {
      const card = await heldCard(number);
      const lines = () => world.replies(card).map(textOf);
      await teams.until(`a thread that says ${String(what)}`, () => lines().find((line) => says(line, what)));
      return lines();
    },
    async click(who, number, button) {
      const card = await heldCard(number);
      const person = teams.person(who);
      const shown = await person.click(card, button);
      return button === 'Approve' ? readCard(shown) : readAllPages(person, card, shown);
    },
    async clickWithReason(who, number, button, reason) {
      const card = await heldCard(number);
      return readCard(await teams.person(who).click(card, button, { comment: reason }));
    },
    async clickLate(who, number, button) {
      const card = await heldCard(number);
      return readCard(await teams.person(who).click(card, button, {}, cardOf(card.past[0])));
    },
    async type(who, command, form) {
      const person = teams.person(who);
      // Results are told in the same chat, and are no answer.
      const answers = () =>
        world.standing(person.chat).filter(({ activity }) => activity.summary === 'Keyturn answers');
      const before = answers().length;
      await person.write(command);
      const answer = await teams.until(`an answer to ${who}`, () => answers()[before]);
      const card = cardOf(answer.activity);
      if (form === undefined || inputsOf(card).length === 0) return readCard(card);
      const [submit = ''] = readCard(card).buttons;
      return readCard(await person.click(answer, submit, form));
    },
    async direct(who, what) {
      const texts = () => world.standing(teams.person(who).chat).map(textOf);
      return teams.until(`a direct message that says ${String(what)}`, () =>
        texts().find((text) => says(text, what)),
      );
    },
    digest: async (_who, what) => toSeen(await heldDigest(what)),
    async showNext(who) {
      return readCard(await teams.person(who).click(await heldDigest(), 'Show next'));
    },
  };
}

/** Turns every page, as somebody does who wants to have seen all of it. */
async function readAllPages(person: TeamsPerson, card: TeamsMessage, first: unknown): Promise<PrivateAnswer> {
  let { text, buttons } = readCard(first);
  let shown = first;
  while (buttons.includes('Next page')) {
    shown = await person.click(card, 'Next page', {}, shown);
    const page = readCard(shown);
    text = `${text}\n${page.text}`;
    buttons = page.buttons;
  }
  return { text, buttons };
}

function toSeen({ activity }: TeamsMessage): SeenCard {
  const { text, buttons } = readCard(cardOf(activity));
  return { title: text.split('\n')[0] ?? '', text, buttons };
}
