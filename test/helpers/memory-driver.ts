import type { PersonCaller } from '../../bot/app/context.ts';
import type { Answer, Click, Desk } from '../../bot/commands/answer.ts';
import type { Keyturn } from '../../bot/compose.ts';
import { toPlace } from '../../bot/core/place.ts';
import type { Button } from '../../bot/views/button.ts';
import { plain } from '../../bot/views/words.ts';
import type { FaceDriver, PrivateAnswer, SeenCard } from './face-driver.ts';
import { cardLines, type Held, type MemoryVendor } from './memory-face.ts';
import type { Who } from './rulebook.ts';
import { says, until } from './until.ts';

/** How people use the face in memory. `keyturn` is asked for anew each time: it may have been restarted. */
export function memoryDriver(vendor: MemoryVendor, keyturn: () => Keyturn): FaceDriver {
  const memory = toPlace('memory');
  const desk = (): Desk => keyturn().desk;
  const cards = (number: number) => {
    const [request] = keyturn().context.store.committed.list({
      states: null,
      requester: null,
      before: number + 1,
      most: 1,
    });
    return vendor.in(memory).filter(({ kind, request: id }) => kind === 'card' && id === request?.id);
  };
  const heldCard = (number: number, what?: string | RegExp) =>
    until(
      () => cards(number).find(({ lines }) => says(lines.join('\n'), what)),
      () => vendor.messages.map(({ kind, lines }) => [kind, lines]),
    );
  const press = async (
    who: Who,
    button: Button | undefined,
    fields: Click['fields'] = {},
  ): Promise<PrivateAnswer> => {
    if (button === undefined) throw new Error('there is no such button');
    const { verb, request, digest } = button;
    return show(await desk().click(callerOf(keyturn(), who), { verb, request, digest, fields }));
  };
  const named = (buttons: readonly Button[], label: string) =>
    buttons.find((button) => button.label === label);

  return {
    face: 'memory',
    card: async (_who, number, what) => toSeen(await heldCard(number, what)),
    copies: async (number) => cards(number).length,
    async thread(_who, number, what) {
      const card = await heldCard(number);
      const lines = () =>
        vendor
          .in(memory)
          .filter(({ under }) => under === card.id)
          .map((line) => line.lines.join('\n'));
      await until(() => lines().some((line) => says(line, what)) || null, lines);
      return lines();
    },
    async click(who, number, label) {
      return press(who, named((await heldCard(number)).buttons, label));
    },
    async clickWithReason(who, number, label, reason) {
      const button = named((await heldCard(number)).buttons, label);
      if (button?.form === null) throw new Error(`${label} asks for no reason`);
      return press(who, button, { comment: reason });
    },
    async clickLate(who, number, label) {
      const { past } = await heldCard(number);
      return press(who, named(past.at(0)?.buttons ?? [], label));
    },
    async type(who, command, form) {
      const caller = callerOf(keyturn(), who);
      const answer = await desk().type(caller, command);
      if (answer.kind !== 'form' || form === undefined) return show(answer);
      const { verb, request, digest } = answer.form;
      return show(await desk().click(caller, { verb, request, digest, fields: form }));
    },
    async direct(who, what) {
      const { id } = callerOf(keyturn(), who);
      const theirs = () => vendor.in(toPlace('memory', `@${id}`)).map(({ lines }) => lines.join('\n'));
      return until(() => theirs().find((text) => says(text, what)), theirs);
    },
    digest: async (_who, what) => toSeen(await heldDigest(vendor, what)),
    async showNext(who) {
      return press(who, named((await heldDigest(vendor, undefined)).buttons, 'Show next'));
    },
  };
}

function heldDigest(vendor: MemoryVendor, what: string | RegExp | undefined): Promise<Held> {
  const digests = () => vendor.messages.filter(({ kind }) => kind === 'digest');
  return until(
    () => digests().find(({ title, lines }) => says([title, ...lines].join('\n'), what)),
    () => digests().map(({ title, lines }) => [title, ...lines]),
  );
}

function toSeen({ title, lines, buttons }: Held): SeenCard {
  return { title, text: lines.join('\n'), buttons: buttons.map(({ label }) => label) };
}

/** As the face's directory would say it: everybody of the policy, by a session. */
export function callerOf({ context }: Keyturn, who: Who): PersonCaller {
  const id = context.store.committed.personOf(who);
  const person = id === null ? undefined : context.rulebook.people.get(id);
  if (person === undefined) throw new Error(`${who} is nobody`);
  const roles = context.rulebook.auditors.has(person.id) ? [...person.groups, 'auditor'] : person.groups;
  const about = { account: `room:${who}`, verifiedBy: 'session', roles } as const;
  return { id: person.id, key: who, actor: { kind: 'person', person: person.id, via: 'room', ...about } };
}

function show(answer: Answer): PrivateAnswer {
  switch (answer.kind) {
    case 'text':
      return toAnswer(answer.lines.map(plain), answer.buttons);
    case 'card':
      return toAnswer(cardLines(answer.card), answer.card.buttons);
    case 'list': {
      const { title, items, more, empty } = answer.list;
      const lines = items.flatMap((item) => [plain(item.title), plain(item.about)]);
      return toAnswer(
        [title, ...(items.length === 0 ? [empty] : lines), more ?? ''],
        items.flatMap(({ buttons }) => buttons),
      );
    }
    case 'form': {
      const { form } = answer;
      return { text: [form.title, ...form.intro.map(plain)].join('\n'), buttons: [form.submit] };
    }
    case 'full-view': {
      const { title, facts, text, hidden, buttons } = answer.view;
      const lines = [
        plain(title),
        ...facts.map(({ label, value }) => `${label}: ${plain(value)}`),
        text.untrusted,
      ];
      return toAnswer([...lines, hidden === null ? '' : plain(hidden)], buttons);
    }
    case 'file':
      return { text: answer.name, buttons: [] };
  }
}

function toAnswer(lines: readonly string[], buttons: readonly Button[]): PrivateAnswer {
  return { text: lines.join('\n'), buttons: buttons.map(({ label }) => label) };
}
