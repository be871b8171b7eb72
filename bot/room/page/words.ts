import type { Words } from '../../views/words.ts';
import { make } from './dom.ts';

/** Ours as text, theirs as text in another type. Neither is ever markup. */
export function wordsOf(words: Words): Node {
  const fragment = document.createDocumentFragment();
  for (const word of words) {
    fragment.append(typeof word === 'string' ? word : make('span', { class: 'theirs' }, word.untrusted));
  }
  return fragment;
}

export function linesOf(lines: readonly Words[]): readonly Node[] {
  return lines.map((line) => make('p', {}, wordsOf(line)));
}
