import type { DigestCard } from '../views/digest-card.ts';
import type { ListItem, RequestList } from '../views/request-list.ts';
import { type AdaptiveCard, actionSet, adaptiveCard } from './adaptive.ts';
import { container, type Element, richText } from './text.ts';

/** Requests in a row: what waits, or what was asked for. */
export function toListCard({ title, items, more, empty }: RequestList): AdaptiveCard {
  const rows = items.length === 0 ? [richText([empty], { isSubtle: true })] : items.map(toRow);
  return adaptiveCard([heading(title), ...rows, footnote(more)]);
}

/** One message for a flood of requests. */
export function toDigestCard({ title, counts, items, more, buttons }: DigestCard): AdaptiveCard {
  const rows = items.map(toRow);
  return adaptiveCard([heading(title), richText([counts]), ...rows, footnote(more), actionSet(buttons)]);
}

function heading(title: string): Element {
  return container('title', 'default', [richText([title], { size: 'Medium', weight: 'Bolder' })]);
}

function footnote(text: string | null): Element | null {
  return text === null ? null : richText([text], { isSubtle: true, size: 'Small' });
}

function toRow({ number, title, about, buttons }: ListItem): Element {
  return {
    ...container(`item-${number}`, 'default', [
      richText(title, { weight: 'Bolder' }),
      richText(about, { isSubtle: true, size: 'Small' }),
      actionSet(buttons, `buttons-${number}`),
    ]),
    separator: true,
  };
}
