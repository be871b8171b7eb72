import type { Button } from './button.ts';
import { cutText, cutWords, sizeOf } from './cut.ts';
import type { RequestCard } from './request-card.ts';
import type { Fact, Words } from './words.ts';

/** How much of each part is shown, and how many parts of one kind. */
export interface Step {
  readonly each: number;
  readonly facts: number;
  readonly links: number;
  readonly lines: number;
}

/** For a vendor that has no room for all of it. A card that is not whole MUST NOT be approved from. */
export function shorten(
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

/** A click must be on all of what is approved. Where a card does not show it, the full view does. */
export function withoutApprove(buttons: readonly Button[]): readonly Button[] {
  return buttons.filter(({ verb }) => verb !== 'approve');
}
