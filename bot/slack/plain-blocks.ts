import type { KnownBlock } from '@slack/types';
import type { RequestCard } from '../views/request-card.ts';
import type { Words } from '../views/words.ts';
import { actions, plainText } from './buttons.ts';
import { cutText, cutWords } from './cut.ts';

const EACH = 900;

/**
 * The same card in the oldest blocks that Slack has, for the day on which it refuses the other ones.
 * Everything that is needed to decide is on it. What does not fit is cut, and then it cannot be
 * approved from.
 */
export function plainCardBlocks(card: RequestCard): readonly KnownBlock[] {
  let whole = card.facts.length <= 8;
  const said = (words: Words): string => {
    const shown = cutWords(words, EACH);
    if (shown !== words) whole = false;
    return shown.map((word) => (typeof word === 'string' ? word : word.untrusted)).join('');
  };
  const preview = cutText(card.preview.untrusted, 2 * EACH);
  if (preview !== card.preview.untrusted) whole = false;
  const texts = [
    said(card.title),
    ...(card.outcome ?? []).slice(0, 2).map(said),
    card.facts
      .slice(0, 8)
      .map(({ label, value }) => `${label}: ${said(value)}`)
      .join('\n'),
    `${card.why.label}\n${said(card.why.value)}`,
    preview,
    ...(card.hidden === null ? [] : [card.hidden]),
    said(card.footer),
  ];
  const buttons = whole ? card.buttons : card.buttons.filter(({ verb }) => verb !== 'approve');
  return [
    ...texts
      .filter((text) => text !== '')
      .map((text): KnownBlock => ({ type: 'section', text: plainText(text, 2_900) })),
    ...(buttons.length === 0 ? [] : [actions(buttons)]),
  ];
}
