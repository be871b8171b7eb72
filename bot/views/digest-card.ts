import type { Look } from '../app/look-at-request.ts';
import { STATES, type State } from '../core/request.ts';
import type { Button } from './button.ts';
import { button } from './buttons.ts';
import { type ListItem, listItem } from './request-list.ts';

/** One message for many requests that came at once. */
export interface DigestCard {
  readonly digest: string;
  readonly title: string;
  /** How many are in which state: "34 pending, 2 approved". */
  readonly counts: string;
  /** Those that wait, soonest expiry first. */
  readonly items: readonly ListItem[];
  readonly more: string | null;
  /** `next` shows the clicker alone the next one that waits for them. None once nothing waits. */
  readonly buttons: readonly Button[];
}

const MOST_ITEMS = 10;

export function digestCard(digest: string, looks: readonly Look[]): DigestCard {
  const waiting = looks
    .filter(({ request }) => request.state === 'pending' || request.state === 'flagged')
    .sort(
      ({ request: a }, { request: b }) => a.demands.expiresAt - b.demands.expiresAt || a.number - b.number,
    );
  const items = waiting.slice(0, MOST_ITEMS).map((look) => ({ ...listItem(look), buttons: [] }));
  const left = waiting.length - items.length;
  const counts = new Map<State, number>();
  for (const { request } of looks) counts.set(request.state, (counts.get(request.state) ?? 0) + 1);
  return {
    digest,
    title: `${looks.length} requests came at once`,
    // In the order of a request's life, so that an edit moves no number that did not change.
    counts: STATES.flatMap((state) => (counts.has(state) ? [`${counts.get(state)} ${state}`] : [])).join(
      ', ',
    ),
    items,
    more: left > 0 ? `${left} more ${left === 1 ? 'waits' : 'wait'}.` : null,
    buttons: waiting.length === 0 ? [] : [{ ...button('next', { request: '', digest }), style: 'primary' }],
  };
}
