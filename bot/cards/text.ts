import type { Fact, Words } from '../views/words.ts';

export type Element = Readonly<Record<string, unknown>> & { readonly type: string };

interface Look {
  readonly size?: 'Small' | 'Default' | 'Medium' | 'Large';
  readonly weight?: 'Bolder';
  readonly isSubtle?: true;
}

/**
 * Text is only ever put into a RichTextBlock: a TextBlock and a FactSet read Markdown and HTML, so
 * that `[approve](https://evil)` in a reason would be drawn as a link of ours.
 */
export function richText(words: Words, look: Look = {}): Element {
  return { type: 'RichTextBlock', inlines: words.flatMap((word) => runs(word, look)) };
}

/** Text somebody else wrote is in another type, wherever it stands, so that it cannot pass for ours. */
function runs(word: Words[number], look: Look): readonly Element[] {
  if (typeof word === 'string') return literal(word).map((text) => ({ type: 'TextRun', text, ...look }));
  return literal(word.untrusted).map((text) => ({ type: 'TextRun', text, fontType: 'Monospace', ...look }));
}

/**
 * Also a TextRun is not quite literal: renderers put a date in the place of `{{DATE(…)}}` and a time
 * in that of `{{TIME(…)}}`. They look at one run at a time, so no run holds two braces in a row.
 */
function literal(text: string): readonly string[] {
  return text.split(/(?<=\{)(?=\{)/).filter((part) => part !== '');
}

/** Label and value side by side. What is not said takes no room. */
export function factRows(facts: readonly Fact[]): readonly Element[] {
  return facts.map(({ label, value }) => ({
    type: 'ColumnSet',
    spacing: 'Small',
    columns: [
      column('92px', richText([label], { isSubtle: true, size: 'Small' })),
      column('stretch', richText(value)),
    ],
  }));
}

function column(width: string, ...items: readonly Element[]): Element {
  return { type: 'Column', width, items };
}

export function container(id: string, style: string, items: readonly (Element | null)[]): Element {
  return { type: 'Container', id, style, items: items.filter((item) => item !== null) };
}
