import type { KnownBlock } from '@slack/types';
import type { RequestCard } from '../views/request-card.ts';
import type { Fact, Words } from '../views/words.ts';
import { actions, withoutApprove } from './buttons.ts';
import { cutText, cutWords, sizeOf } from './cut.ts';
import { bold, bullets, facts, line, preformatted, quote } from './rich.ts';

/** What a message's blocks may cost together. Slack's own limit is about 13,200 and nowhere promised. */
export const MESSAGE_BUDGET = 12_500;

/** How much of each part is shown, and how many parts of one kind: from all of it down, until the card fits. */
const STEPS = [
  { each: Number.POSITIVE_INFINITY, facts: 25, links: 10, lines: 8 },
  { each: 3_000, facts: 25, links: 10, lines: 8 },
  { each: 1_500, facts: 20, links: 5, lines: 6 },
  { each: 700, facts: 15, links: 3, lines: 4 },
  { each: 300, facts: 12, links: 1, lines: 2 },
  { each: 120, facts: 10, links: 1, lines: 1 },
] as const;
type Step = (typeof STEPS)[number];

export interface CardBlocks {
  readonly blocks: readonly KnownBlock[];
  /** Nothing was cut to fit Slack. Where something was, the card cannot be approved from. */
  readonly whole: boolean;
}

/** A card for one message, within every limit, whatever its requester wrote. */
export function cardBlocks(card: RequestCard): CardBlocks {
  let laid = layOut(card, STEPS[0]);
  for (const step of STEPS.slice(1)) {
    if (sizeOf(laid.blocks) <= MESSAGE_BUDGET) return laid;
    laid = layOut(card, step);
  }
  return laid;
}

function layOut(card: RequestCard, step: Step): CardBlocks {
  const { shown, whole } = shorten(card, step);
  const { links, outcome, hidden } = shown;
  const buttons = whole ? card.buttons : withoutApprove(card.buttons);
  const blocks = [
    bold(shown.title),
    ...(outcome ?? []).map(line),
    facts(shown.facts),
    quote(shown.why),
    ...(links === null
      ? []
      : [
          bullets(
            links.label,
            links.urls.map((url) => [url]),
          ),
        ]),
    preformatted(shown.preview.untrusted),
    ...(hidden === null ? [] : [bold([`⚠ ${hidden}`])]),
    ...(whole ? [] : [bold(['⚠ Shortened to fit Slack. Open the full payload before you decide.'])]),
    line(shown.footer),
    ...(buttons.length === 0 ? [] : [actions(buttons)]),
  ];
  return { blocks, whole };
}

function shorten(
  card: RequestCard,
  { each, ...most }: Step,
): { readonly shown: RequestCard; readonly whole: boolean } {
  const words = (list: Words) => cutWords(list, each);
  const fact = ({ label, value }: Fact): Fact => ({ label, value: words(value) });
  const { links, outcome, preview } = card;
  const shown: RequestCard = {
    ...card,
    title: words(card.title),
    facts: card.facts.slice(0, most.facts).map(fact),
    why: fact(card.why),
    links: links && {
      ...links,
      urls: links.urls.slice(0, most.links).map(({ untrusted }) => ({ untrusted: cutText(untrusted, each) })),
    },
    preview: { untrusted: cutText(preview.untrusted, each) },
    outcome: outcome?.slice(0, most.lines).map(words) ?? null,
    footer: words(card.footer),
  };
  return { shown, whole: sizeOf(shown) === sizeOf(card) };
}
