import type { Look } from '../app/look-at-request.ts';
import type { Button } from './button.ts';
import { ownButtons } from './buttons.ts';
import { factsOf } from './facts.ts';
import { linksOf, type RequestCard, whyOf } from './request-card.ts';
import { titleOf } from './title.ts';
import type { Fact, Untrusted, Words } from './words.ts';

/** The whole payload, uncut, for one person alone. It was put on record before this was made. */
export interface FullView {
  readonly request: string;
  readonly number: number;
  readonly digest: string;
  readonly title: Words;
  readonly facts: readonly Fact[];
  /** The requester's own words and links, whole: a card may have had to cut them. */
  readonly why: Fact;
  readonly links: RequestCard['links'];
  /** Every line. A face that cannot show all at once uses `Desk.page` instead. */
  readonly text: Untrusted;
  readonly lines: number;
  /** "3 values are hidden: /secret, …", or null. */
  readonly hidden: Words | null;
  /** What this person may do from here. */
  readonly buttons: readonly Button[];
}

/** `text` is the view, which made every character visible. */
export function fullView(
  look: Look,
  { view, redacted }: { readonly view: string; readonly redacted: readonly string[] },
): FullView {
  const { request } = look;
  const count = redacted.length;
  return {
    request: request.id,
    number: request.number,
    digest: request.actionDigest,
    title: titleOf(request),
    facts: factsOf(look),
    why: whyOf(request),
    links: linksOf(request),
    text: { untrusted: view },
    lines: view.split('\n').length,
    hidden:
      count === 0 ? null : [`${count} ${count === 1 ? 'value is' : 'values are'} hidden from everybody.`],
    buttons: ownButtons(look).filter(({ verb }) => verb !== 'view'),
  };
}
