import { type AdaptiveCard, toAdaptiveCard } from '../cards/adaptive.ts';
import { type Element, richText } from '../cards/text.ts';
import { sizeOf } from '../views/cut.ts';
import type { RequestCard } from '../views/request-card.ts';
import { type Step, shorten, withoutApprove } from '../views/shorten.ts';
import { askingActions } from './actions.ts';

/** What a card may cost: Teams takes messages of about 28 KB, and there is more to one than its card. */
export const CARD_BUDGET = 20_000;

/** From all of it down, until the card fits. The last fits whatever stands in it: each brace is a run. */
const STEPS: readonly [Step, ...Step[]] = [
  { each: Number.POSITIVE_INFINITY, facts: 25, links: 10, lines: 8 },
  { each: 4_000, facts: 25, links: 10, lines: 8 },
  { each: 2_000, facts: 20, links: 5, lines: 6 },
  { each: 800, facts: 15, links: 3, lines: 4 },
  { each: 300, facts: 12, links: 1, lines: 2 },
  { each: 120, facts: 10, links: 1, lines: 1 },
  { each: 60, facts: 8, links: 1, lines: 1 },
  { each: 12, facts: 8, links: 1, lines: 1 },
];

const CUT = '⚠ Shortened to fit Teams.';

/** The first that fits. Whoever makes them MUST make a last one that always does. */
export function firstThatFits(steps: readonly number[], make: (each: number) => AdaptiveCard): AdaptiveCard {
  let card = make(steps[0] ?? 0);
  for (const step of steps.slice(1)) {
    if (sizeOf(card) <= CARD_BUDGET) return card;
    card = make(step);
  }
  return card;
}

/** What stands above a card, each text of it cut to `each`. */
type Above = (each: number) => readonly Element[];

/** A request's card within the budget, below what has to stand above it. */
export function fitCard(card: RequestCard, above: Above = () => []): AdaptiveCard {
  return firstThatFits(
    STEPS.map((_step, index) => index),
    (index) => layOut(card, STEPS[index] ?? STEPS[0], above),
  );
}

function layOut(card: RequestCard, step: Step, above: Above): AdaptiveCard {
  const { shown, whole } = shorten(card, step);
  if (whole) return withAbove(toAdaptiveCard(card, askingActions), above(step.each));
  const buttons = withoutApprove(card.buttons);
  const say = buttons.length === 0 ? CUT : `${CUT} Open the full payload before you decide.`;
  return withAbove(toAdaptiveCard({ ...shown, buttons }, askingActions), [
    ...above(step.each),
    richText([say], { weight: 'Bolder' }),
  ]);
}

function withAbove(card: AdaptiveCard, above: readonly Element[]): AdaptiveCard {
  return above.length === 0 ? card : { ...card, body: [...above, ...card.body] };
}
