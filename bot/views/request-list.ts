import type { Look } from '../app/look-at-request.ts';
import type { Risk, State } from '../core/request.ts';
import { isTerminal } from '../core/request.ts';
import type { Button } from './button.ts';
import { button } from './buttons.ts';
import { missingSeats } from './facts.ts';
import { titleOf } from './title.ts';
import { moment, said, type Words } from './words.ts';

/** One request in a list or in a digest. */
export interface ListItem {
  readonly request: string;
  readonly number: number;
  readonly state: State;
  readonly risk: Risk;
  readonly title: Words;
  /** Who asks, what is missing, until when. */
  readonly about: Words;
  readonly buttons: readonly Button[];
}

export interface RequestList {
  readonly title: string;
  readonly items: readonly ListItem[];
  /** "12 more are not shown", or null. */
  readonly more: string | null;
  /** What stands there when there are no items. */
  readonly empty: string;
}

/** As many as a face can show with their buttons in one message. */
export const MOST_LISTED = 15;

export function requestList(
  looks: readonly Look[],
  { title, empty, all }: { readonly title: string; readonly empty: string; readonly all: number },
): RequestList {
  const items = looks.slice(0, MOST_LISTED).map(listItem);
  const left = all - items.length;
  return {
    title,
    items,
    empty,
    more: left > 0 ? `${left} more ${left === 1 ? 'is' : 'are'} not shown.` : null,
  };
}

export function listItem(look: Look): ListItem {
  const { request, names } = look;
  const { id, number, state, demands, actionDigest } = request;
  const missing = missingSeats(look);
  const waits = state === 'pending' || state === 'flagged';
  return {
    request: id,
    number,
    state,
    risk: demands.risk,
    title: [`${number} · `, ...titleOf(request)],
    about: [
      said(names.requester(request)),
      ` · risk ${demands.risk}`,
      ...(waits && missing !== '' ? [` · missing ${missing}`] : []),
      ...(waits ? [` · until ${moment(demands.expiresAt)}`] : []),
    ],
    buttons: isTerminal(state) ? [] : [button('show', { request: id, digest: actionDigest })],
  };
}
