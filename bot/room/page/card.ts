import type * as Library from 'adaptivecards';
import type { Button } from '../../views/button.ts';
import type { ShownCard } from '../wire.ts';
import { HOST_CONFIG } from './host-config.ts';

/** The library's browser build is a script of its own and leaves one global. */
declare const AdaptiveCards: typeof Library;

/**
 * Draws a card with Microsoft's own renderer, the one that Teams clients are built on. The ids that
 * `bot/cards` gave its parts become classes: in a page with many cards an id would not be one.
 */
export function drawCard({ card, buttons }: ShownCard, onClick: (button: Button) => void): HTMLElement {
  const drawn = new AdaptiveCards.AdaptiveCard();
  drawn.hostConfig = new AdaptiveCards.HostConfig(HOST_CONFIG);
  drawn.onExecuteAction = (action) => {
    const button = buttons.find(
      (one) => action instanceof AdaptiveCards.ExecuteAction && isSame(one, action),
    );
    if (button !== undefined) onClick(button);
  };
  drawn.parse(card);
  const element = drawn.render() ?? document.createElement('div');
  for (const part of element.querySelectorAll('[id]')) {
    part.classList.add(`card-${part.id.replace(/-\d+$/, '')}`);
    part.removeAttribute('id');
  }
  for (const button of element.querySelectorAll('button')) {
    // It says the same as the label. A tooltip that repeats its button only covers what stands beside it.
    button.removeAttribute('title');
  }
  element.removeAttribute('tabindex');
  return element;
}

function isSame(button: Button, action: Library.ExecuteAction): boolean {
  const { request } = (action.data ?? {}) as { request?: unknown };
  return button.verb === action.verb && button.request === request;
}
