import type { State } from '../core/request.ts';
import type { Button } from '../views/button.ts';
import type { RequestCard } from '../views/request-card.ts';
import { container, type Element, factRows, richText } from './text.ts';

export interface AdaptiveCard {
  readonly type: 'AdaptiveCard';
  readonly $schema: string;
  readonly version: '1.5';
  readonly body: readonly Element[];
  /** Teams draws cards narrow unless it is told otherwise. */
  readonly msteams: { readonly width: 'Full'; readonly entities?: readonly object[] };
}

export function adaptiveCard(body: readonly (Element | null)[]): AdaptiveCard {
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    msteams: { width: 'Full' },
    body: body.filter((item) => item !== null),
  };
}

/** How a face draws buttons: the room asks what a button asks itself, Teams within the card. */
type Draw = (buttons: readonly Button[]) => Element | null;

/** The card of `chat.md`, part by part, for the room and for Teams. */
export function toAdaptiveCard(card: RequestCard, draw: Draw = actionSet): AdaptiveCard {
  const { title, outcome, facts, why, links, preview, hidden, footer, buttons } = card;
  return adaptiveCard([
    container('title', 'default', [richText(title, { size: 'Medium', weight: 'Bolder' })]),
    outcome === null
      ? null
      : container(
          'outcome',
          OUTCOME_STYLE[card.state],
          outcome.map((line) => ({ ...richText(line), spacing: 'Small' })),
        ),
    container('facts', 'default', factRows(facts)),
    container('why', 'default', [label(why.label), { ...richText(why.value), spacing: 'Small' }]),
    links === null
      ? null
      : container('links', 'default', [
          label(links.label),
          ...links.urls.map((url) => ({ ...richText([url], { size: 'Small' }), spacing: 'None' })),
        ]),
    container('payload', 'emphasis', [richText([preview], { size: 'Small' })]),
    hidden === null ? null : container('hidden', 'warning', [richText([hidden], { weight: 'Bolder' })]),
    container('footer', 'default', [richText(footer, { size: 'Small', isSubtle: true })]),
    draw(buttons),
  ]);
}

export function label(text: string): Element {
  return richText([text], { isSubtle: true, size: 'Small' });
}

const OUTCOME_STYLE: Readonly<Record<State, string>> = {
  pending: 'emphasis',
  approved: 'good',
  executing: 'good',
  succeeded: 'good',
  flagged: 'attention',
  rejected: 'attention',
  denied: 'attention',
  revoked: 'attention',
  failed: 'attention',
  unknown: 'warning',
  expired: 'warning',
  lapsed: 'warning',
  cancelled: 'warning',
};

/** Teams takes six buttons and drops the rest. More of them stand in its menu. */
const MOST_BUTTONS = 6;

export const BUTTON_STYLE = { primary: 'positive', danger: 'destructive', plain: 'default' } as const;

export function actionSet(buttons: readonly Button[], id = 'buttons'): Element | null {
  if (buttons.length === 0) return null;
  return { type: 'ActionSet', id, actions: buttons.map((button, index) => inMenu(execute(button), index)) };
}

/** What the person sees goes along with the click. A stored digest that differs refuses it. */
export function execute({ verb, label: title, style, request, digest }: Button): Element {
  return {
    type: 'Action.Execute',
    verb,
    title,
    style: BUTTON_STYLE[style],
    data: { request, digest },
  };
}

export function inMenu(action: Element, index: number): Element {
  return index < MOST_BUTTONS ? action : { ...action, mode: 'secondary' };
}
