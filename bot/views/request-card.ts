import type { Look } from '../app/look-at-request.ts';
import type { ActionRequest, Risk, State } from '../core/request.ts';
import type { Button } from './button.ts';
import { cardButtons, ownButtons } from './buttons.ts';
import { factsOf } from './facts.ts';
import { outcomeOf } from './outcome.ts';
import { titleOf } from './title.ts';
import { type Fact, joined, said, type Untrusted, type Words } from './words.ts';

/**
 * A card as people read it, in the order of `chat.md`, the same on every face. A face only lays it
 * out, and escapes.
 */
export interface RequestCard {
  readonly request: string;
  readonly number: number;
  readonly digest: string;
  readonly state: State;
  readonly risk: Risk;
  /** 1 */
  readonly title: Words;
  /** 2 */
  readonly facts: readonly Fact[];
  /** 3: the requester's own words, under a label that says so. */
  readonly why: Fact;
  readonly links: { readonly label: string; readonly urls: readonly Untrusted[] } | null;
  /** 4: literal text, several lines, for a monospaced block. */
  readonly preview: Untrusted;
  /** 5: null where nothing is hidden. */
  readonly hidden: string | null;
  /** What became of it and by whom, when, why. Null while it waits. */
  readonly outcome: readonly Words[] | null;
  /** 6 */
  readonly footer: Words;
  /** 7: none once nobody can decide any more. */
  readonly buttons: readonly Button[];
}

/** The card that everybody in a place sees. */
export function requestCard(look: Look): RequestCard {
  const { request } = look;
  return {
    request: request.id,
    number: request.number,
    digest: request.actionDigest,
    state: request.state,
    risk: request.demands.risk,
    title: titleOf(request),
    facts: factsOf(look),
    why: whyOf(request),
    links: linksOf(request),
    // The view made every character of it visible once; a second time would mark the marks.
    preview: { untrusted: request.preview.text },
    hidden: hiddenSentence(request),
    outcome: outcomeOf(look),
    footer: footerOf(look),
    buttons: cardButtons(look),
  };
}

export function whyOf({ reason }: ActionRequest): Fact {
  return { label: "Why (the requester's own words)", value: [said(reason)] };
}

export function linksOf({ links }: ActionRequest): RequestCard['links'] {
  return links.length === 0 ? null : { label: "Requester's links", urls: links.map(said) };
}

/** The card that one person asked for: with what they can do beside deciding. */
export function ownCard(look: Look): RequestCard {
  return { ...requestCard(look), buttons: ownButtons(look) };
}

/** "48 of 60 lines are not shown and 3 values are hidden. Open the full payload before you decide." */
function hiddenSentence({ preview }: ActionRequest): string | null {
  const { hiddenLines, hiddenValues, text } = preview;
  // The mark that says how many are hidden takes a line of its own.
  const lines = text.split('\n').length - 1 + hiddenLines;
  const parts = [
    ...(hiddenLines === 0
      ? []
      : [`${hiddenLines} of ${lines} lines ${hiddenLines === 1 ? 'is' : 'are'} not shown`]),
    ...(hiddenValues === 0
      ? []
      : [`${hiddenValues} ${hiddenValues === 1 ? 'value is' : 'values are'} hidden`]),
  ];
  return parts.length === 0 ? null : `${parts.join(' and ')}. Open the full payload before you decide.`;
}

function footerOf({ request, seq, leaf }: Look): Words {
  const { rules } = request.demands;
  const rule: Words =
    rules.length === 0
      ? ['the default']
      : joined(
          rules.map((id) => [id]),
          ', ',
        );
  const digest = request.actionDigest.slice('sha256:'.length, 'sha256:'.length + 12);
  return [`Request ${request.number} · rule `, ...rule, ` · payload ${digest} · log ${seq} ${leaf}`];
}
