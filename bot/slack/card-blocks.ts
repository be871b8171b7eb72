import type { KnownBlock } from '@slack/types';
import { sizeOf } from '../views/cut.ts';
import type { RequestCard } from '../views/request-card.ts';
import { type Step, shorten, withoutApprove } from '../views/shorten.ts';
import { actions } from './buttons.ts';
import { bold, bullets, facts, line, preformatted, quote } from './rich.ts';

/** What a message's blocks may cost together. Slack's own limit is about 13,200 and nowhere promised. */
export const MESSAGE_BUDGET = 12_500;

/** From all of it down, until the card fits. */
const STEPS: readonly [Step, ...Step[]] = [
  { each: Number.POSITIVE_INFINITY, facts: 25, links: 10, lines: 8 },
  { each: 3_000, facts: 25, links: 10, lines: 8 },
  { each: 1_500, facts: 20, links: 5, lines: 6 },
  { each: 700, facts: 15, links: 3, lines: 4 },
  { each: 300, facts: 12, links: 1, lines: 2 },
  { each: 120, facts: 10, links: 1, lines: 1 },
];

const CUT = '⚠ Shortened to fit Slack. Open the full payload before you decide.';

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
    // Once nobody can decide, there is nothing to open first.
    ...(hidden === null || buttons.length === 0 ? [] : [bold([`⚠ ${hidden}`])]),
    ...(whole ? [] : [bold([buttons.length === 0 ? '⚠ Shortened to fit Slack.' : CUT])]),
    line(shown.footer),
    ...(buttons.length === 0 ? [] : [actions(buttons)]),
  ];
  return { blocks, whole };
}
