import type { Browser, Locator, Page } from 'playwright-core';
import { codeFor } from '../bot/room/visitor.ts';
import { aPerson, type Person } from './chromium.ts';
import type { FaceDriver, PrivateAnswer, SeenCard } from './face-driver.ts';
import type { Who } from './rulebook.ts';
import type { TestKeyturn } from './start-keyturn.ts';
import { says, until } from './until.ts';

/** The room as people use it: a browser for each of them, opened when they are first needed. */
export interface RoomDriver extends FaceDriver {
  /** Opens this person's page now, so that what comes next finds them looking at it. */
  opens(who: Who): Promise<void>;
  /** The bot stopped and came back. Every page finds out, and its person signs in again. */
  restarted(): Promise<void>;
}

export function roomDriver(browser: Browser, keyturn: () => TestKeyturn): RoomDriver {
  const people = new Map<Who, Promise<Person>>();

  const signIn = async (page: Page, who: Who) => {
    await page.getByLabel('Room code or API token').fill(codeFor(keyturn(), who));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('#connection.live').waitFor();
  };
  const arrive = async (who: Who) => {
    const person = await aPerson(browser);
    await person.page.goto(`${keyturn().url}/room`);
    await signIn(person.page, who);
    return person;
  };
  const pageOf = async (who: Who): Promise<Page> => {
    const known = people.get(who) ?? arrive(who);
    people.set(who, known);
    return (await known).page;
  };

  const messageOf = async (who: Who, number: number, what?: string | RegExp) => {
    const page = await pageOf(who);
    const message = page.getByRole('article', { name: `Request ${number} from` });
    await until(
      async () => says(await textOf(message), what) || null,
      async () => page.locator('main.room').innerText(),
    );
    return { page, message };
  };
  const seen = async (message: Locator): Promise<SeenCard> => ({
    title: await message.locator('.card-title').innerText(),
    text: await textOf(message),
    buttons: await message.locator('.ac-pushButton').allInnerTexts(),
  });

  /** Presses, goes through what is asked, and reads what only this person is then shown. */
  const press = async (page: Page, button: () => Promise<void>, fields: Fields = {}, submits = true) => {
    await page.locator('.note').evaluateAll((notes) => {
      for (const note of notes) note.remove();
    });
    await button();
    return answerOf(page, fields, submits);
  };

  return {
    face: 'room',
    opens: async (who) => void (await pageOf(who)),
    async restarted() {
      for (const [who, coming] of people) {
        const person = await coming;
        person.expectBrokenNetwork();
        await person.page.reload();
        await signIn(person.page, who);
      }
    },
    async card(who, number, what) {
      const { message } = await messageOf(who, number, what);
      await rememberButtons(message);
      return seen(message);
    },
    async copies(number) {
      const page = await pageOf('bob');
      return page.getByRole('article', { name: `Request ${number} from` }).count();
    },
    async thread(who, number, what) {
      const { message } = await messageOf(who, number);
      const lines = () => message.locator('.thread li').allInnerTexts();
      await until(async () => (await lines()).some((line) => says(line, what)) || null, lines);
      return lines();
    },
    async click(who, number, label) {
      const { page, message } = await messageOf(who, number);
      return press(page, () => message.getByRole('button', { name: label, exact: true }).click());
    },
    async clickWithReason(who, number, label, reason) {
      const { page, message } = await messageOf(who, number);
      const button = message.getByRole('button', { name: label, exact: true });
      return press(page, () => button.click(), { comment: reason });
    },
    async clickLate(who, number, label) {
      const { page, message } = await messageOf(who, number);
      return press(page, () => clickRemembered(message, label));
    },
    async type(who, command, form) {
      const page = await pageOf(who);
      const typed = async () => {
        await page.getByLabel('Command').fill(command);
        await page.getByRole('button', { name: 'Send' }).click();
      };
      return press(page, typed, form ?? {}, form !== undefined);
    },
    async direct(who, what) {
      const page = await pageOf(who);
      const told = () => page.locator('.answers .note').allInnerTexts();
      return until(async () => (await told()).find((text) => says(text, what)), told);
    },
    async digest(who, what) {
      const page = await pageOf(who);
      const message = page.getByRole('article', { name: 'Many requests' }).last();
      await until(
        async () => says(await textOf(message), what) || null,
        () => page.locator('main.room').innerText(),
      );
      return seen(message);
    },
    async showNext(who) {
      const page = await pageOf(who);
      const message = page.getByRole('article', { name: 'Many requests' }).last();
      return press(page, () => message.getByRole('button', { name: 'Show next' }).click());
    },
  };
}

/** What these tests use of an element. The types of the DOM are for the page alone. */
interface Readable {
  readonly innerText: string;
  readonly textContent: string;
  click(): void;
  querySelectorAll(selector: string): Iterable<Readable>;
}

type Fields = Readonly<Record<string, string>>;

/** Block by block, also what is folded away: it is one click from being read. */
async function textOf(message: Locator): Promise<string> {
  const blocks = message.locator('.ac-adaptiveCard .ac-richTextBlock');
  return (await blocks.evaluateAll((all) => all.map((block) => (block as Readable).innerText))).join('\n');
}

async function answerOf(page: Page, fields: Fields, submits: boolean): Promise<PrivateAnswer> {
  const note = page.locator('.note');
  const dialog = page.getByRole('dialog');
  await note.or(dialog).first().waitFor();
  if ((await dialog.count()) === 0) return readNote(note.first());
  const all = dialog.getByText('nothing left out');
  if ((await all.count()) > 0) {
    const text = await dialog.innerText();
    const buttons = await dialog.locator('.dialog-buttons .button').allInnerTexts();
    await page.keyboard.press('Escape');
    return { text, buttons };
  }
  if (!submits) {
    const text = await dialog.innerText();
    const buttons = await dialog.locator('button[type=submit]').allInnerTexts();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    return { text, buttons };
  }
  for (const [name, value] of Object.entries(fields)) {
    const field = dialog.locator(`[name=${name}]`);
    if (name === 'comment') await field.fill(value);
    else await field.selectOption(value);
  }
  // A confirmation has no form; its yes is the last button.
  const submit = dialog.locator('button[type=submit]');
  await ((await submit.count()) > 0 ? submit : dialog.locator('.dialog-buttons .button').last()).click();
  const problem = dialog.locator('.problem:not(:empty)');
  await note.or(problem).first().waitFor();
  if ((await problem.count()) === 0) return readNote(note.first());
  const text = await problem.innerText();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  return { text, buttons: [] };
}

async function readNote(note: Locator): Promise<PrivateAnswer> {
  const buttons = await note.locator('.ac-pushButton, .note-buttons .button').allInnerTexts();
  return { text: await note.innerText(), buttons };
}

/** A page that is behind still has the buttons it had. Kept from the moment the card was read. */
async function rememberButtons(message: Locator): Promise<void> {
  await message.evaluate((element) => {
    const buttons = [...(element as Readable).querySelectorAll('.ac-pushButton')];
    if (buttons.length > 0) Object.assign(element, { remembered: buttons });
  });
}

async function clickRemembered(message: Locator, label: string): Promise<void> {
  await message.evaluate((element, wanted) => {
    const { remembered = [] } = element as { remembered?: readonly Readable[] };
    const button = remembered.find((one) => one.textContent === wanted);
    if (button === undefined) throw new Error(`there never was a button ${wanted}`);
    button.click();
  }, label);
}
