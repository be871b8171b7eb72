import { type AdaptiveCard, adaptiveCard } from '../cards/adaptive.ts';
import { toDigestCard, toListCard } from '../cards/adaptive-list.ts';
import { container, type Element, richText } from '../cards/text.ts';
import type { Answer } from '../commands/answer.ts';
import type { Form } from '../views/button.ts';
import { cutWords } from '../views/cut.ts';
import type { DigestCard } from '../views/digest-card.ts';
import type { RequestCard } from '../views/request-card.ts';
import type { ListItem } from '../views/request-list.ts';
import type { Words } from '../views/words.ts';
import { askingActions, formElements, submitSet } from './actions.ts';
import { firstThatFits, fitCard } from './fit.ts';

const EACH = [1_000, 500, 200, 60, 12] as const;
const MOST_LINES = 20;

/** One answer as a card for one person. `standing` is the card that they clicked, as it is true now. */
export function answerCard(answer: Answer, standing: RequestCard | null = null): AdaptiveCard {
  switch (answer.kind) {
    case 'card':
      return fitCard(answer.card);
    case 'list':
      return listCard(answer.list.items, (items) => toListCard({ ...answer.list, items }));
    case 'form':
      return formCard(answer.form);
    // No button asks for one, and what is typed is answered by offering it: see files.ts.
    case 'file':
      return plainCard('A file goes to your chat with this app alone. Write audit export there.');
    // No button asks for it: a full view goes page by page.
    case 'full-view':
      return plainCard('Press View full payload on the card to see all of it.');
    case 'text': {
      const { ok, lines, buttons } = answer;
      const note = (each: number) =>
        [noteOf(ok, lines, each), askingActions(buttons, 'next')].filter((one) => one !== null);
      if (standing !== null) return fitCard(standing, (each) => note(Math.min(each, 300)));
      return firstThatFits(EACH, (each) => adaptiveCard(note(each)));
    }
  }
}

function noteOf(ok: boolean, lines: readonly Words[], each: number): Element {
  const texts = lines.slice(0, MOST_LINES).map((words) => richText(cutWords(words, each)));
  return container('note', ok ? 'good' : 'warning', texts);
}

function formCard(form: Form): AdaptiveCard {
  const title = richText([form.title], { size: 'Medium', weight: 'Bolder' });
  return adaptiveCard([title, ...formElements(form), submitSet(form)]);
}

export function digestMessage(digest: DigestCard): AdaptiveCard {
  return listCard(digest.items, (items) => toDigestCard({ ...digest, items }));
}

function listCard(
  items: readonly ListItem[],
  make: (items: readonly ListItem[]) => AdaptiveCard,
): AdaptiveCard {
  return firstThatFits(EACH, (each) =>
    make(
      items.map((item) => ({
        ...item,
        title: cutWords(item.title, each),
        about: cutWords(item.about, each),
      })),
    ),
  );
}

/** A few words of ours, and nothing else. */
export function plainCard(...lines: readonly string[]): AdaptiveCard {
  return adaptiveCard(lines.map((line) => richText([line])));
}
