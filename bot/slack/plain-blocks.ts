import type { KnownBlock } from '@slack/types';
import { cutText, cutWords, sizeOf } from '../views/cut.ts';
import type { RequestCard } from '../views/request-card.ts';
import { withoutApprove } from '../views/shorten.ts';
import { plain, type Words } from '../views/words.ts';
import { actions } from './buttons.ts';
import { MESSAGE_BUDGET } from './card-blocks.ts';
import { escapeText } from './text.ts';

const STEPS = [Number.POSITIVE_INFINITY, 1_500, 500, 150] as const;
const MOST_FACTS = 12;
const SECTION = 2_900;

/**
 * The same card in the oldest blocks that Slack has, for the day on which it refuses the other ones.
 * Everything that is needed to decide is on it. Where something had to be cut, it cannot be approved
 * from.
 */
export function plainCardBlocks(card: RequestCard): readonly KnownBlock[] {
  let laid = layOut(card, STEPS[0]);
  for (const step of STEPS.slice(1)) {
    if (sizeOf(laid) <= MESSAGE_BUDGET && laid.length <= 50) return laid;
    laid = layOut(card, step);
  }
  return laid;
}

function layOut(card: RequestCard, each: number): readonly KnownBlock[] {
  const words = (list: Words) => plain(cutWords(list, each));
  const texts = [
    words(card.title),
    ...(card.outcome ?? []).slice(0, each === STEPS[0] ? 20 : 2).map(words),
    ...card.facts.slice(0, MOST_FACTS).map(({ label, value }) => `${label}: ${words(value)}`),
    `${card.why.label}: ${words(card.why.value)}`,
    cutText(card.preview.untrusted, each),
    ...(card.hidden === null ? [] : [card.hidden]),
    words(card.footer),
  ];
  const whole = each === STEPS[0] && card.facts.length <= MOST_FACTS && card.links === null;
  const note = whole ? [] : ['Shortened to fit Slack. Open the full payload before you decide.'];
  const buttons = whole ? card.buttons : withoutApprove(card.buttons);
  return [...[...texts, ...note].flatMap(sections), ...(buttons.length === 0 ? [] : [actions(buttons)])];
}

/** All of a text, in as many sections as it takes. No character is split from its marks. */
function sections(text: string): readonly KnownBlock[] {
  const parts: string[] = [];
  let current = '';
  for (const [piece] of text.matchAll(/.\p{M}{0,3}/gsu)) {
    const next = escapeText(piece);
    if (current.length + next.length > SECTION) {
      parts.push(current);
      current = next;
    } else current += next;
  }
  return [...parts, current]
    .filter((part) => part.trim() !== '')
    .map((part) => ({ type: 'section', text: { type: 'plain_text', text: part, emoji: false } }));
}
