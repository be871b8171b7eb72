import type { Words } from './words.ts';

// Our brackets, or a letter with the marks on it: what may not be split.
const UNSPLIT = /⟦[^⟦⟧]{1,64}⟧|.\p{M}{0,3}/gsu;

/** What a value costs in a message: its JSON, with everything beyond ASCII escaped as Slack does it. */
export function sizeOf(value: unknown): number {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, '\\u0000').length;
}

/**
 * Head and tail within `most`, with what is missing said between them. A tail always stays: what is
 * pushed out of sight at the end is what somebody wants unseen.
 */
export function cutText(text: string, most: number): string {
  if (sizeOf(text) <= most) return text;
  const pieces = text.match(UNSPLIT) ?? [];
  const mark = (hidden: number) => `⟦${hidden} characters are not shown here⟧`;
  const room = Math.max(0, most - sizeOf(mark(text.length)));
  const tail = leading([...pieces].reverse(), Math.floor(room / 3)).reverse();
  const head = leading(pieces, room - sizeOf(tail.join('')));
  const hidden = text.length - head.join('').length - tail.join('').length;
  return head.join('') + mark(hidden) + tail.join('');
}

/** The same for a line of pieces. A cut one is nobody's own words any more, so it is shown as a stranger's. */
export function cutWords(words: Words, most: number): Words {
  const texts = words.map((word) => (typeof word === 'string' ? word : word.untrusted));
  if (sizeOf(texts) <= most) return words;
  const shown = cutText(texts.join(''), most);
  return shown === texts.join('') ? words : [{ untrusted: shown }];
}

function leading(pieces: readonly string[], room: number): string[] {
  const taken: string[] = [];
  let left = room;
  for (const piece of pieces) {
    left -= sizeOf(piece) - 2;
    if (left < 0) break;
    taken.push(piece);
  }
  return taken;
}
