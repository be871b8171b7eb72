import type { DigestCard, ListItem, RequestList } from '../views/request-list.ts';
import { type AdaptiveCard, actionSet, adaptiveCard } from './adaptive.ts';
import { container, type Element, richText } from './text.ts';

/** Requests in a row: what waits, what was asked for, or what came all at once. */
export function toListCard(list: RequestList): AdaptiveCard {
  return adaptiveCard(listBody(list));
}

export function toDigestCard(digest: DigestCard): AdaptiveCard {
  return adaptiveCard([...listBody(digest), actionSet(digest.buttons)]);
}

function listBody({ title, items, more, empty, ...rest }: RequestList | DigestCard): (Element | null)[] {
  const lines = 'lines' in rest ? rest.lines : [];
  return [
    container('title', 'default', [richText([title], { size: 'Medium', weight: 'Bolder' })]),
    ...lines.map((line) => richText(line)),
    ...(items.length === 0 ? [richText([empty], { isSubtle: true })] : items.map(toRow)),
    more === null ? null : richText([more], { isSubtle: true, size: 'Small' }),
  ];
}

function toRow({ number, title, about, buttons }: ListItem): Element {
  return {
    ...container(`item-${number}`, 'default', [
      richText([`${number} `, ...title], { weight: 'Bolder' }),
      richText(about, { isSubtle: true, size: 'Small' }),
      actionSet(buttons, `buttons-${number}`),
    ]),
    separator: true,
  };
}
