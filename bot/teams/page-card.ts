import { type AdaptiveCard, adaptiveCard, label } from '../cards/adaptive.ts';
import { container, type Element, factRows, richText } from '../cards/text.ts';
import type { Page } from '../commands/answer.ts';
import { cutWords, sizeOf } from '../views/cut.ts';
import { askingActions } from './actions.ts';
import { CARD_BUDGET } from './fit.ts';
import { BACK } from './schema.ts';

/** For the facts, the buttons and what they open. */
const OTHER = 4_500;
const LEAST_TEXT = 1_500;
/** From as many as a screen takes down to one, which always fits: a line has 160 characters. */
const LINES = [60, 40, 20, 10, 5, 2] as const;
const EACH = [16_000, 4_000, 2_000, 800, 300, 100, 30, 8] as const;
const MOST_FACTS = 20;
/** Where even the texts had to be cut short. */
const FEW_FACTS = 8;

/**
 * How many lines a page has. It hangs on what never changes alone, so that all pages are of one size, and
 * every one of them fits. The requester's own words stand whole on the first.
 */
export function linesPerPage(view: string, words: Pick<Page, 'why' | 'links'>): number {
  const most = Math.max(LEAST_TEXT, CARD_BUDGET - OTHER - sizeOf(words));
  const lines = view.split('\n');
  const fits = (many: number) => {
    for (let from = 0; from < lines.length; from += many) {
      if (sizeOf(payload(lines.slice(from, from + many).join('\n'))) > most) return false;
    }
    return true;
  };
  return LINES.find(fits) ?? 1;
}

/** One page of the whole payload. Who has turned every page may decide right here. */
export function pageCard(page: Page): AdaptiveCard {
  let card = layOut(page, EACH[0]);
  for (const each of EACH.slice(1)) {
    if (sizeOf(card) <= CARD_BUDGET) return card;
    card = layOut(page, each);
  }
  return card;
}

function layOut(page: Page, each: number): AdaptiveCard {
  const { text, hidden, pages, digest } = page;
  return adaptiveCard([
    container('title', 'default', [
      richText(cutWords(page.title, each), { size: 'Medium', weight: 'Bolder' }),
    ]),
    ...(page.page === 0 ? head(page, each) : []),
    pages === 1 ? null : label(`Payload, page ${page.page + 1} of ${pages}`),
    payload(text.untrusted),
    hidden === null ? null : container('hidden', 'warning', [richText(cutWords(hidden, each))]),
    page.seenAll ? null : richText(['You can decide here once you have seen every page.']),
    label(`Request ${page.number} · payload ${digest.slice('sha256:'.length, 'sha256:'.length + 12)}`),
    turning(page),
    page.buttons.length === 0 ? null : askingActions(page.buttons),
  ]);
}

function payload(text: string): Element {
  return container('payload', 'emphasis', [richText([{ untrusted: text }], { size: 'Small' })]);
}

function head({ facts, why, links }: Page, each: number): readonly (Element | null)[] {
  const rows = facts
    .slice(0, each < 100 ? FEW_FACTS : MOST_FACTS)
    .map((fact) => ({ ...fact, value: cutWords(fact.value, each) }));
  return [
    container('facts', 'default', factRows(rows)),
    container('why', 'default', [label(why.label), richText(cutWords(why.value, each))]),
    links === null
      ? null
      : container('links', 'default', [
          label(links.label),
          ...links.urls
            .slice(0, each < 100 ? 2 : 10)
            .map((url) => richText(cutWords([url], each), { size: 'Small' })),
        ]),
  ];
}

function turning({ page, pages, request, digest }: Page): Element {
  const turn = (title: string, verb: string, data: object) => ({
    type: 'Action.Execute',
    title,
    verb,
    data: { request, digest, ...data },
  });
  return {
    type: 'ActionSet',
    id: 'turning',
    actions: [
      ...(page > 0 ? [turn('Back', 'view', { page: page - 1 })] : []),
      ...(page < pages - 1 ? [turn('Next page', 'view', { page: page + 1 })] : []),
      turn('Close', BACK, {}),
    ],
  };
}
