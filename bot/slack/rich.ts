import type { KnownBlock, RichTextBlock, RichTextElement, RichTextSection } from '@slack/types';
import type { Fact, Words } from '../views/words.ts';
import { literalPieces } from './text.ts';

/** Everything that somebody outside wrote is shown through these. Nothing here parses what it shows. */

export function paragraph(...elements: readonly RichTextElement[]): RichTextBlock {
  return { type: 'rich_text', elements: [section(elements)] };
}

export function line(words: Words): RichTextBlock {
  return paragraph(...literalPieces(words));
}

export function bold(words: Words): RichTextBlock {
  return paragraph(...literalPieces(words, { bold: true }));
}

/** One line each: the label in bold, then what it says. */
export function facts(list: readonly Fact[]): RichTextBlock {
  const lines = list.map(({ label, value }) => [
    ...literalPieces([`${label}: `], { bold: true }),
    ...literalPieces(value),
  ]);
  return paragraph(
    ...lines.flatMap((one, index) => (index === 0 ? one : [...literalPieces(['\n']), ...one])),
  );
}

/** Somebody else's words, set off under a label of ours. */
export function quote({ label, value }: Fact): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [
      section(literalPieces([label], { bold: true })),
      { type: 'rich_text_quote', elements: something(literalPieces(value)) },
    ],
  };
}

export function preformatted(text: string): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: literalPieces([text === '' ? '(empty)' : text]) }],
  };
}

export function bullets(label: string, items: readonly Words[]): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [
      section(literalPieces([label], { bold: true })),
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: items.map((item) => section(literalPieces(item))),
      },
    ],
  };
}

/** Small and grey. Only for words of our own: a context block has no rich text. */
export function smallPrint(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] };
}

function section(elements: readonly RichTextElement[]): RichTextSection {
  return { type: 'rich_text_section', elements: something(elements) };
}

/** Slack refuses a part without anything in it. */
function something(elements: readonly RichTextElement[]): RichTextElement[] {
  return elements.length === 0 ? literalPieces(['–']) : [...elements];
}
