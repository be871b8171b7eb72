import type { RichTextText } from '@slack/types';
import type { Words } from '../views/words.ts';

/**
 * The requester writes these strings. Left raw outside of a `rich_text`, `<!channel>` in a reason
 * pings everyone and `<https://evil|Approve>` draws a link that is not ours.
 */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Words for the places that have no `rich_text`: notifications, labels, dialogs. Escaped, then cut. */
export function flatText(words: Words, most: number): string {
  const text = escapeText(words.map((word) => (typeof word === 'string' ? word : word.untrusted)).join(''));
  if (text.length <= most) return text;
  // Half an entity would be shown as its letters, so a cut one goes as a whole.
  return `${text.slice(0, most - 1).replace(/&[a-z]*$/, '')}…`;
}

/**
 * For notifications, which Slack reads as markup and where it makes links of addresses. What somebody
 * outside wrote stands there only where it cannot be one.
 */
export function noticeText(words: Words, most: number): string {
  const harmless = words.map((word) =>
    typeof word === 'string' || isHarmless(word.untrusted) ? word : { untrusted: '…' },
  );
  return flatText(harmless, most);
}

function isHarmless(text: string): boolean {
  return /^[\p{L}\p{M}\p{N} ._/-]{1,200}$/u.test(text) && !/www\.|\/\//i.test(text);
}

/** Literal pieces of a rich text: nothing in them is markup, mention or link, whoever wrote it. */
export function literalPieces(words: Words, style?: RichTextText['style']): RichTextText[] {
  return words
    .map((word) => (typeof word === 'string' ? word : word.untrusted))
    .filter((text) => text !== '')
    .map((text) => ({ type: 'text', text, ...(style === undefined ? {} : { style }) }));
}
